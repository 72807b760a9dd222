package chladni.app.demo;

import chladni.sound2image.media.Picture;
import chladni.sound2image.media.VideoWriter;
import chladni.sound2image.media.Waveform;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BiConsumer;
import java.util.function.Function;

/** Draws, synthesises and encodes clips of the world as mp4 files on all processors. */
final class ClipWriter {
  private static final int FRAMES = 10;

  private ClipWriter() {}

  /**
   * Writes clips that are not there yet.
   *
   * @param file where a clip goes
   * @param progress told of the clips done and of their total
   */
  static void write(
      List<DemoClip> clips, Function<DemoClip, Path> file, BiConsumer<Integer, Integer> progress) {
    try (ExecutorService pool =
        Executors.newFixedThreadPool(
            Runtime.getRuntime().availableProcessors(),
            Thread.ofPlatform().daemon().name("chladni-demo-", 0).factory())) {
      List<Future<?>> written = new ArrayList<>();
      for (DemoClip clip : clips) {
        written.add(pool.submit(() -> write(clip, file.apply(clip))));
      }
      for (int i = 0; i < written.size(); i++) {
        written.get(i).get();
        progress.accept(i + 1, written.size());
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException("demo: a clip could not be written.", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("demo: interrupted. Run it again to go on.", e);
    }
  }

  private static void write(DemoClip clip, Path file) {
    if (Files.exists(file)) {
      return;
    }
    try {
      Files.createDirectories(file.getParent());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<Picture> frames = new ArrayList<>();
    for (int f = 0; f < FRAMES; f++) {
      frames.add(Picture.fromBufferedImage(ScenePainter.paint(clip.picture(), f, FRAMES)));
    }
    float[] sound = SoundSynth.render(clip.sound());
    for (int i = 0; i < sound.length; i++) {
      sound[i] *= Waveform.SCALE;
    }
    VideoWriter.of(file)
        .write(
            file,
            frames,
            (double) FRAMES / SoundSynth.SECONDS,
            new Waveform(sound, SoundSynth.SAMPLE_RATE));
  }
}

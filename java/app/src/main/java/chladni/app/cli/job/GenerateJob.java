package chladni.app.cli.job;

import chladni.app.cli.Generate;
import chladni.app.cli.Terminal;
import chladni.engine.Engine;
import chladni.sound2image.dataset.RunFolder;
import chladni.sound2image.generation.Generator;
import chladni.sound2image.media.MediaException;
import chladni.sound2image.media.MediaLimits;
import chladni.sound2image.media.MediaReader;
import chladni.sound2image.media.Picture;
import chladni.sound2image.media.Waveform;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code generate}: sound files to pictures, by the networks of a run. */
public final class GenerateJob {
  private static final int BATCH = 8;

  private GenerateJob() {}

  public static void run(Generate.Request request, Terminal terminal) throws IOException {
    RunFolder run = new RunFolder(request.model());
    Needs.generator(run);
    Map<Path, Path> pictures = pictures(request);
    Files.createDirectories(request.out());
    List<Path> sounds = request.sounds().stream().distinct().toList();
    int failed = 0;
    try (Engine engine = Backends.open(request.device(), terminal);
        MediaReader reader = new MediaReader(MediaLimits.defaults(), 1);
        Generator generator =
            Generator.load(engine.backend(), run, Math.min(BATCH, sounds.size()))) {
      for (int from = 0; from < sounds.size(); from += BATCH) {
        List<Path> read = new ArrayList<>();
        List<Waveform> waves = new ArrayList<>();
        for (Path sound : sounds.subList(from, Math.min(from + BATCH, sounds.size()))) {
          try {
            waves.add(reader.readSound(sound, generator.recipe().seconds()));
            read.add(sound);
          } catch (MediaException e) {
            failed++;
            terminal.err().println("skipped " + e.getMessage());
          }
        }
        List<Picture> made = waves.isEmpty() ? List.of() : generator.generate(waves);
        for (int i = 0; i < made.size(); i++) {
          Path picture = pictures.get(read.get(i));
          made.get(i).writePng(picture);
          terminal.out().println(picture);
        }
      }
    }
    if (failed > 0) {
      throw new JobException(
          "%d of %d sounds could not be read and have no picture; the reasons stand above."
              .formatted(failed, sounds.size()));
    }
  }

  /** The picture of each sound; refused before anything is computed. */
  private static Map<Path, Path> pictures(Generate.Request request) {
    Map<Path, Path> pictures = new LinkedHashMap<>();
    Map<Path, Path> taken = new LinkedHashMap<>();
    for (Path sound : request.sounds().stream().distinct().toList()) {
      String name = sound.toAbsolutePath().normalize().getFileName().toString();
      int dot = name.lastIndexOf('.');
      Path picture = request.out().resolve((dot > 0 ? name.substring(0, dot) : name) + ".png");
      Path other = taken.put(picture, sound);
      if (other != null) {
        throw new JobException(
            "%s: it would hold the pictures of both %s and %s. Generate them into two folders."
                .formatted(picture, other, sound));
      }
      if (Files.exists(picture) && !request.overwrite()) {
        throw new JobException(
            picture + ": it exists already. Choose another --out or add --overwrite.");
      }
      pictures.put(sound, picture);
    }
    return pictures;
  }
}

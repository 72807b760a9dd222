package chladni.sound2image.dataset;

import chladni.engine.io.AtomicFile;
import chladni.engine.io.BadFileException;
import chladni.sound2image.media.Clip;
import chladni.sound2image.media.MediaException;
import chladni.sound2image.media.MediaReader;
import chladni.sound2image.media.VideoRequest;
import chladni.sound2image.media.Waveform;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BiConsumer;
import java.util.stream.Stream;

/**
 * Turns a folder of videos into prepared clips: the middle frame as a square picture and the first
 * seconds of sound of each. A file's label is the folder it lies in below the root. What cannot be
 * read is listed with its reason and skipped. A preparation that was killed goes on where it was.
 *
 * @param source the folder of videos
 * @param target where the shards and {@code failed.tsv} go
 * @param side height and width of the pictures
 * @param seconds length of each sound
 */
public record Preparation(Path source, Path target, int side, double seconds) {
  private static final int SHARD = 128;
  private static final Set<String> ENDINGS =
      Set.of("mp4", "mkv", "webm", "mov", "avi", "m4v", "mpg", "mpeg", "ogv", "flv", "3gp");

  /** How a preparation ended. */
  public record Result(int prepared, Map<String, String> failed) {}

  /**
   * Reads every video of the folder.
   *
   * @param progress told of the files done and of their total
   */
  public Result run(MediaReader reader, BiConsumer<Integer, Integer> progress) {
    List<Path> files = videos();
    try {
      Files.createDirectories(target);
    } catch (IOException e) {
      throw new BadFileException(target, "the folder cannot be made", "Choose another.", e);
    }
    AtomicFile.removeLeftovers(target);
    Map<String, String> failed = new LinkedHashMap<>();
    int prepared = 0;
    try (ExecutorService pool =
        Executors.newFixedThreadPool(
            reader.workers(), Thread.ofPlatform().daemon().name("chladni-prepare-", 0).factory())) {
      for (int from = 0; from < files.size(); from += SHARD) {
        List<Path> part = files.subList(from, Math.min(from + SHARD, files.size()));
        Path shard = target.resolve("clips-%05d.safetensors".formatted(from / SHARD));
        Path failures = target.resolve("failed-%05d.tsv".formatted(from / SHARD));
        ClipSet done = Files.exists(shard) ? ClipSet.read(shard) : null;
        if (done == null || !fits(done, part)) {
          Map<String, String> reasons = new LinkedHashMap<>();
          done = read(pool, reader, part, reasons, from, files.size(), progress);
          StringBuilder table = new StringBuilder();
          reasons.forEach((id, why) -> table.append(id).append('\t').append(why).append('\n'));
          AtomicFile.writeString(failures, table.toString());
          if (done.size() > 0) {
            done.write(shard);
          }
        }
        failed.putAll(readFailures(failures));
        prepared += done.size();
        progress.accept(from + part.size(), files.size());
      }
    }
    removeShards((files.size() + SHARD - 1) / SHARD);
    if (prepared == 0) {
      throw new BadFileException(
          source,
          "no video in it could be read" + (failed.isEmpty() ? "" : ", the first because " + failed.values().iterator().next()),
          "Give a folder with mp4, mkv, webm, mov or avi files that have sound.");
    }
    return new Result(prepared, failed);
  }

  /** What an earlier preparation of more files has left beyond the last shard. */
  private void removeShards(int from) {
    try {
      for (int i = from; ; i++) {
        boolean shard = Files.deleteIfExists(target.resolve("clips-%05d.safetensors".formatted(i)));
        boolean table = Files.deleteIfExists(target.resolve("failed-%05d.tsv".formatted(i)));
        if (!shard && !table) {
          return;
        }
      }
    } catch (IOException e) {
      throw new BadFileException(
          target, "old shards cannot be removed (" + e + ")", "Check its permissions.", e);
    }
  }

  private ClipSet read(
      ExecutorService pool,
      MediaReader reader,
      List<Path> part,
      Map<String, String> reasons,
      int before,
      int total,
      BiConsumer<Integer, Integer> progress) {
    int samples = (int) Math.round(seconds * Waveform.RATE);
    VideoRequest request = VideoRequest.middleFrame(side, seconds);
    List<Future<Clip>> clips = new ArrayList<>();
    for (Path file : part) {
      clips.add(pool.submit(() -> reader.readVideo(file, request)));
    }
    ClipSet set = ClipSet.empty(side, samples);
    for (int i = 0; i < part.size(); i++) {
      String id = id(part.get(i));
      try {
        Clip clip = clips.get(i).get();
        set.add(id, label(id), clip.frames().getFirst(), clip.sound());
      } catch (ExecutionException e) {
        if (!(e.getCause() instanceof MediaException media)) {
          throw new IllegalStateException("prepare '%s' failed.".formatted(part.get(i)), e.getCause());
        }
        reasons.put(id, "%s: %s".formatted(media.reason(), media.detail().replaceAll("\\s+", " ")));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("prepare: interrupted. Run it again to go on.", e);
      }
      progress.accept(before + i + 1, total);
    }
    return set;
  }

  /** A shard from an earlier run counts when it was made from these files in this form. */
  private boolean fits(ClipSet done, List<Path> part) {
    return done.side() == side
        && done.samples() == (int) Math.round(seconds * Waveform.RATE)
        && part.stream().map(this::id).toList().containsAll(done.ids());
  }

  private static Map<String, String> readFailures(Path file) {
    Map<String, String> failed = new LinkedHashMap<>();
    try {
      for (String line : Files.exists(file) ? Files.readAllLines(file) : List.<String>of()) {
        int tab = line.indexOf('\t');
        if (tab > 0) {
          failed.put(line.substring(0, tab), line.substring(tab + 1));
        }
      }
    } catch (IOException e) {
      throw new BadFileException(file, "the list of failures cannot be read", "Delete it.", e);
    }
    return failed;
  }

  private List<Path> videos() {
    try (Stream<Path> walk = Files.walk(source)) {
      return walk.filter(Files::isRegularFile)
          .filter(f -> ENDINGS.contains(ending(f.getFileName().toString())))
          .filter(f -> !AtomicFile.isTemporary(f))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new BadFileException(source, "the folder cannot be read", "Check the path.", e);
    }
  }

  private static String ending(String name) {
    return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
  }

  /** The path below the root, without its ending, with forward slashes. */
  private String id(Path file) {
    String relative = source.relativize(file).toString().replace('\\', '/');
    return relative.substring(0, relative.lastIndexOf('.')).replaceAll("[\t\n\r]", "_");
  }

  private static String label(String id) {
    int slash = id.lastIndexOf('/');
    return slash < 0 ? null : id.substring(0, slash);
  }
}

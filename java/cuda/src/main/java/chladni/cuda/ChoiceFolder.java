package chladni.cuda;

import chladni.engine.io.AtomicFile;
import chladni.engine.io.FileWriteException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

/**
 * Choices of earlier processes, a file for each problem. Processes share it: each file appears
 * whole or not at all, and whoever writes last is right.
 *
 * <p>A file is text: a first line of ours, the SHA-256 of the rest, the problem, {@code tuned} or
 * {@code first}, the choice, and its plan up to the end.
 */
final class ChoiceFolder {
  private static final System.Logger LOG = System.getLogger("chladni.cuda");
  private static final String MAGIC = "chladni choice 1";
  private static final String SUFFIX = ".choice";
  private static final int LINES = 6;

  private static final String NOWHERE = "no folder for them: this user has no home";

  /** More than a plan has: those with a compiled kernel in them had 0.25 MB. */
  private static final long MAX_BYTES = 16 << 20;

  /** Null where there is none. */
  private final Path folder;

  private final AtomicBoolean writable = new AtomicBoolean(true);

  ChoiceFolder(Path folder) {
    this.folder = folder;
  }

  /**
   * {@code choices} in {@code CHLADNI_CACHE}, else in {@code chladni} in {@code XDG_CACHE_HOME} or
   * in {@code ~/.cache}. The last two count when they are absolute: the home of a user whom the
   * system does not know is not.
   */
  static ChoiceFolder of(Map<String, String> environment) {
    String own = environment.getOrDefault("CHLADNI_CACHE", "");
    String home = environment.getOrDefault("HOME", System.getProperty("user.home"));
    return new ChoiceFolder(
        Stream.of(
                own.isEmpty() ? Path.of("") : Path.of(own).toAbsolutePath(),
                Path.of(environment.getOrDefault("XDG_CACHE_HOME", ""), "chladni"),
                Path.of(home, ".cache", "chladni"))
            .filter(Path::isAbsolute)
            .findFirst()
            .map(cache -> cache.resolve("choices"))
            .orElse(null));
  }

  /** Where it is and what is in it. */
  String describe() {
    if (folder == null) {
      return NOWHERE;
    }
    if (!Files.isDirectory(folder)) {
      return folder + ", not there yet";
    }
    try (Stream<Path> files = Files.list(folder)) {
      long[] bytes =
          files
              .filter(f -> f.toString().endsWith(SUFFIX))
              .mapToLong(f -> f.toFile().length())
              .toArray();
      long kib = Math.ceilDiv(Arrays.stream(bytes).sum(), 1L << 10);
      return "%s, %d entries, %d KiB".formatted(folder, bytes.length, kib);
    } catch (IOException e) {
      return folder + ", cannot be read: " + e;
    }
  }

  /** What was chosen for this problem; a file that is no such thing is named in the log. */
  Optional<Choices.Known> read(String problem) {
    if (folder == null || !Files.exists(file(problem))) {
      return Optional.empty();
    }
    Path file = file(problem);
    String trouble;
    try {
      if (Files.size(file) > MAX_BYTES) {
        trouble = "it is too large";
      } else {
        String[] lines = Files.readString(file).split("\n", LINES);
        trouble = trouble(lines, problem);
        if (trouble == null) {
          Choice choice = new Choice(lines[4], lines[5]);
          return Optional.of(new Choices.Known(choice, lines[3].equals("tuned")));
        }
      }
    } catch (CharacterCodingException _) {
      trouble = "it is no text";
    } catch (IOException e) {
      trouble = "it cannot be read (" + e + ")";
    }
    LOG.log(
        System.Logger.Level.WARNING,
        "{0}: not used: {1}. It is chosen anew and the file replaced; remove it if this is said again.",
        file,
        trouble);
    return Optional.empty();
  }

  /** Why it is no file of ours about this problem; null when it is one. */
  private static String trouble(String[] lines, String problem) {
    return !lines[0].equals(MAGIC)
        ? "it is no choice of this version"
        : lines.length < LINES || !lines[1].equals(sha256(body(lines)))
            ? "it is damaged"
            : !lines[2].equals(problem) ? "it is about another problem" : null;
  }

  private static String body(String[] lines) {
    return String.join("\n", lines[2], lines[3], lines[4], lines[5]);
  }

  /** Keeps it for later processes, if the folder lets us. */
  void write(String problem, Choices.Known known) {
    String[] lines = {
      MAGIC, "", problem, known.tuned() ? "tuned" : "first", known.choice().name(),
      known.choice().plan()
    };
    lines[1] = sha256(body(lines));
    try {
      if (folder == null) {
        throw new IOException(NOWHERE);
      }
      Files.createDirectories(folder);
      AtomicFile.writeString(file(problem), String.join("\n", lines));
    } catch (IOException | FileWriteException e) {
      if (writable.getAndSet(false)) {
        LOG.log(
            System.Logger.Level.WARNING,
            "choices cannot be kept, so the next process makes them again: {0}. Make {1} writable or name another folder in CHLADNI_CACHE.",
            e.getMessage(),
            folder == null ? "a home" : folder);
      }
    }
  }

  private Path file(String problem) {
    return folder.resolve(sha256(problem).substring(0, 32) + SUFFIX);
  }

  private static String sha256(String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}

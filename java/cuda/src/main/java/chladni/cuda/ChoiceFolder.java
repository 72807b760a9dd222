package chladni.cuda;

import chladni.engine.io.AtomicFile;
import chladni.engine.io.FileWriteException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
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
 * Choices of earlier processes, a file for each problem. Processes share it: each file appears whole
 * or not at all, and whoever writes last is right.
 *
 * <p>A file is text: a first line of ours, the SHA-256 of the rest, the problem, {@code tuned} or
 * {@code first}, the choice, and its plan up to the end.
 */
final class ChoiceFolder {
  private static final System.Logger LOG = System.getLogger("chladni.cuda");
  private static final String MAGIC = "chladni choice 1";
  private static final String SUFFIX = ".choice";
  private static final int LINES = 6;

  /** Far more than a plan has. */
  private static final long MAX_BYTES = 1 << 20;

  private final Path folder;
  private final AtomicBoolean writable = new AtomicBoolean(true);

  ChoiceFolder(Path folder) {
    this.folder = folder;
  }

  /**
   * {@code CHLADNI_CACHE}, else {@code chladni} in {@code XDG_CACHE_HOME}, which counts when it is
   * absolute, else in {@code ~/.cache}.
   */
  static ChoiceFolder of(Map<String, String> environment) {
    String own = environment.getOrDefault("CHLADNI_CACHE", "");
    if (!own.isEmpty()) {
      return new ChoiceFolder(Path.of(own).toAbsolutePath());
    }
    String home = environment.getOrDefault("HOME", System.getProperty("user.home"));
    Path caches = Path.of(environment.getOrDefault("XDG_CACHE_HOME", ""));
    return new ChoiceFolder(
        (caches.isAbsolute() ? caches : Path.of(home, ".cache").toAbsolutePath())
            .resolve("chladni"));
  }

  /** Where it is and what is in it. */
  String describe() {
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
    Path file = file(problem);
    String trouble;
    try {
      if (Files.size(file) > MAX_BYTES) {
        trouble = "it is too large";
      } else {
        String[] lines = Files.readString(file).split("\n", LINES);
        trouble = trouble(lines, problem);
        if (trouble == null) {
          return Optional.of(new Choices.Known(new Choice(lines[4], lines[5]), lines[3].equals("tuned")));
        }
      }
    } catch (NoSuchFileException _) {
      return Optional.empty();
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
      Files.createDirectories(folder);
      AtomicFile.writeString(file(problem), String.join("\n", lines));
    } catch (IOException | FileWriteException e) {
      if (writable.getAndSet(false)) {
        LOG.log(
            System.Logger.Level.WARNING,
            "{0}: choices cannot be kept there, so the next process makes them again: {1}. Make it writable or name another folder in CHLADNI_CACHE.",
            folder,
            e.getMessage());
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

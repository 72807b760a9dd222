package chladni.app.bundle;

import chladni.app.cli.job.JobException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipFile;

/**
 * The table of licences that travels with an archive: for each jar, by the start of its name, the
 * licence and where its text lies, which is a file of the archive or {@code jar!ENTRY}.
 */
public record Licences(Path table, List<Entry> entries) {
  /** One line of the table. */
  public record Entry(String prefix, String licence, String text) {
    private static final String IN_JAR = "jar!";

    private static Entry parse(String line) {
      String[] words = line.strip().split("\\s+");
      if (words.length != 3) {
        throw new JobException(
            "bundle: a line of licences must be PREFIX LICENCE TEXT, got '" + line + "'. Correct it.");
      }
      return new Entry(words[0], words[1], words[2]);
    }

    /** Whether the text is there. */
    boolean hasText(Path jar, Path root) throws IOException {
      if (!text.startsWith(IN_JAR)) {
        return Files.isRegularFile(root.resolve(text));
      }
      try (ZipFile zip = new ZipFile(jar.toFile())) {
        return zip.getEntry(text.substring(IN_JAR.length())) != null;
      }
    }
  }

  /** Reads a table; empty lines and those that begin with # mean nothing. */
  public static Licences read(Path table) throws IOException {
    return new Licences(
        table,
        Files.readAllLines(table).stream()
            .filter(line -> !line.isBlank() && !line.startsWith("#"))
            .map(Entry::parse)
            .toList());
  }

  /**
   * Checks that a jar may travel: it has an entry, whose text is in the jar or the archive.
   *
   * @param root the archive's content
   * @throws JobException when not
   */
  public void check(Path jar, Path root) throws IOException {
    String name = jar.getFileName().toString();
    for (Entry entry : entries) {
      if (name.startsWith(entry.prefix())) {
        if (entry.hasText(jar, root)) {
          return;
        }
        throw new JobException(
            "bundle: the licence of %s must lie in %s, and does not. Correct %s."
                .formatted(name, entry.text(), table));
      }
    }
    throw new JobException(
        "bundle: every jar needs a licence, and %s has none. Add it to %s.".formatted(name, table));
  }
}

package chladni.tests.exact;

import chladni.engine.io.AtomicFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What lies in the folder of a run. */
final class Folder {
  private Folder() {}

  /** SHA-256 of every file by its name: equal for two runs that are equal in every bit. */
  static SortedMap<String, String> sums(Path folder) {
    SortedMap<String, String> sums = new TreeMap<>();
    for (Path file : files(folder)) {
      try {
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
        sums.put(file.getFileName().toString(), HexFormat.of().formatHex(digest));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (NoSuchAlgorithmException e) {
        throw new AssertionError("every Java platform has SHA-256", e);
      }
    }
    return sums;
  }

  /** How many files were being written when the process ended. */
  static long temporaries(Path folder) {
    return files(folder).stream().filter(AtomicFile::isTemporary).count();
  }

  private static List<Path> files(Path folder) {
    if (!Files.exists(folder)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

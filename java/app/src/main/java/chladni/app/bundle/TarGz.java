package chladni.app.bundle;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/** Writes a folder as a compressed tar archive in ustar's format: files, links and their rights. */
public final class TarGz {
  private static final int BLOCK = 512;
  private static final byte[] ZEROS = new byte[2 * BLOCK];

  private final OutputStream out;
  private final long seconds;

  private TarGz(OutputStream out, long seconds) {
    this.out = out;
    this.seconds = seconds;
  }

  /**
   * Writes all of a folder.
   *
   * @param name what everything unpacks into
   * @param seconds the age that all entries get, since 1970
   * @param limit of the archive in bytes
   * @throws chladni.app.cli.job.JobException when it would be larger
   */
  public static void write(Path folder, String name, long seconds, long limit, OutputStream to)
      throws IOException {
    List<Path> all;
    try (Stream<Path> found = Files.walk(folder)) {
      all = found.sorted().toList();
    }
    GZIPOutputStream zip =
        new GZIPOutputStream(new Counted(to, limit), 1 << 16) {
          {
            def.setLevel(Deflater.BEST_COMPRESSION);
          }
        };
    TarGz tar = new TarGz(zip, seconds);
    for (Path path : all) {
      tar.add(path, Path.of(name).resolve(folder.relativize(path)).toString());
    }
    zip.write(ZEROS);
    zip.finish();
  }

  private void add(Path path, String name) throws IOException {
    if (Files.isSymbolicLink(path)) {
      header(name, 0777, 0, '2', Files.readSymbolicLink(path).toString());
    } else if (Files.isDirectory(path)) {
      header(name + "/", 0755, 0, '5', "");
    } else {
      long size = Files.size(path);
      header(name, Files.isExecutable(path) ? 0755 : 0644, size, '0', "");
      Files.copy(path, out);
      out.write(ZEROS, 0, (int) (-size & (BLOCK - 1)));
    }
  }

  private void header(String name, int mode, long size, char type, String link)
      throws IOException {
    byte[] header = new byte[BLOCK];
    text(header, 0, 100, name);
    octal(header, 100, 8, mode);
    octal(header, 108, 8, 0);
    octal(header, 116, 8, 0);
    octal(header, 124, 12, size);
    octal(header, 136, 12, seconds);
    header[156] = (byte) type;
    text(header, 157, 100, link);
    text(header, 257, 8, "ustar\00000");
    // The sum is taken with blanks in its own place.
    text(header, 148, 8, "        ");
    int sum = 0;
    for (byte b : header) {
      sum += b & 0xff;
    }
    octal(header, 148, 8, sum);
    out.write(header);
  }

  private static void text(byte[] header, int at, int length, String value) throws IOException {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    if (bytes.length > length) {
      throw new IOException("a name in the archive is longer than %d: %s".formatted(length, value));
    }
    System.arraycopy(bytes, 0, header, at, bytes.length);
  }

  private static void octal(byte[] header, int at, int length, long value) throws IOException {
    text(header, at, length - 1, ("%0" + (length - 1) + "o").formatted(value));
  }
}

package chladni.engine.io;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/**
 * Writes a file so that its name always stands for complete content: temporary name in the same
 * folder, fsync, rename, fsync of the folder. A process killed on the way leaves the old content
 * and perhaps a temporary, which {@link #isTemporary} recognises and readers of folders must skip.
 */
public final class AtomicFile {
  private static final String PREFIX = ".";
  private static final String SUFFIX = ".chladni-tmp";
  // Names are limited to 255 bytes on Linux file systems; a character may take four.
  private static final int NAME_PART = 40;

  private AtomicFile() {}

  /** Produces the content; the channel is positioned at 0 and may be moved. */
  @FunctionalInterface
  public interface Content {
    void writeTo(FileChannel channel) throws IOException;
  }

  /** Produces the content through a buffered stream, which need not be closed. */
  @FunctionalInterface
  public interface StreamContent {
    void writeTo(OutputStream out) throws IOException;
  }

  /**
   * Replaces or creates {@code target}; its folder must exist. A symbolic link keeps pointing where
   * it points, and the file behind it is replaced.
   *
   * @throws FileWriteException when the content or the file system fails; the temporary is gone
   *     then
   */
  public static void write(Path target, Content content) {
    write(target, null, content);
  }

  /**
   * As {@link #write(Path, Content)}, with what was there before kept under another name. For the
   * moment between two renames there is nothing under the name of {@code target}; whoever finds
   * nothing there takes {@code previous}, which is then what was there before.
   *
   * @param previous in the folder of {@code target}, replaced; null keeps nothing
   */
  public static void write(Path target, Path previous, Content content) {
    boolean moved = false;
    boolean renamed = false;
    try {
      Path real =
          Files.isSymbolicLink(target) ? target.toRealPath() : target.toAbsolutePath().normalize();
      Path folder = real.getParent();
      if (folder == null || Files.isDirectory(real)) {
        throw new IOException("it is a folder");
      }
      Path temporary = folder.resolve(temporaryName(real.getFileName().toString()));
      try {
        try (FileChannel channel =
            FileChannel.open(
                temporary,
                StandardOpenOption.CREATE_NEW,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE)) {
          content.writeTo(channel);
          channel.force(true);
        }
        if (previous != null && Files.exists(real)) {
          Files.move(real, previous, StandardCopyOption.ATOMIC_MOVE);
          moved = true;
        }
        Files.move(temporary, real, StandardCopyOption.ATOMIC_MOVE);
        renamed = true;
      } finally {
        if (!renamed) {
          Files.deleteIfExists(temporary);
        }
      }
      // Without this the rename itself may be lost in a power cut.
      try (FileChannel entry = FileChannel.open(folder, StandardOpenOption.READ)) {
        entry.force(true);
      }
    } catch (IOException e) {
      String outcome =
          renamed
              ? "The new content is in place but may not survive a power cut; check the disk."
              : (moved ? "What was there before is " + previous : "What was there before is untouched")
                  + "; free some space or choose another folder.";
      throw new FileWriteException(target, !moved && !renamed, outcome, e);
    }
  }

  /** As {@link #write}, for content that is a stream of bytes. */
  public static void writeStream(Path target, StreamContent content) {
    write(
        target,
        channel -> {
          OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16);
          content.writeTo(out);
          out.flush();
        });
  }

  /** As {@link #write}, for text in UTF-8. */
  public static void writeString(Path target, String text) {
    write(target, channel -> writeFully(channel, StandardCharsets.UTF_8.encode(text)));
  }

  /** Whether this is the name of a file that a killed process may have left half written. */
  public static boolean isTemporary(Path file) {
    Path name = file.getFileName();
    return name != null && name.toString().startsWith(PREFIX) && name.toString().endsWith(SUFFIX);
  }

  /**
   * Deletes what killed processes left in this folder. Only the owner of the folder may call it: it
   * cannot tell a leftover from a file that another process is writing now.
   *
   * @return how many were deleted
   */
  public static int removeLeftovers(Path folder) {
    return removeLeftovers(folder, AtomicFile::isTemporary);
  }

  /**
   * Deletes what killed processes left of one file, in a folder that others use too. Only the owner
   * of the file may call it.
   *
   * @return how many were deleted
   */
  public static int removeLeftoversOf(Path target) {
    Path real = target.toAbsolutePath().normalize();
    String start = temporaryStart(real.getFileName().toString());
    return removeLeftovers(
        real.getParent(),
        file -> isTemporary(file) && file.getFileName().toString().startsWith(start));
  }

  private static int removeLeftovers(Path folder, DirectoryStream.Filter<Path> which) {
    int removed = 0;
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, which)) {
      for (Path leftover : entries) {
        removed += Files.deleteIfExists(leftover) ? 1 : 0;
      }
    } catch (IOException e) {
      throw new BadFileException(
          folder, "cannot be searched for leftovers (" + e + ")", "Check its permissions.", e);
    }
    return removed;
  }

  static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  private static String temporaryName(String name) {
    return temporaryStart(name) + UUID.randomUUID() + SUFFIX;
  }

  private static String temporaryStart(String name) {
    String part = name.length() <= NAME_PART ? name : name.substring(0, NAME_PART);
    // A surrogate pair cut in half has no UTF-8 name.
    if (Character.isHighSurrogate(part.charAt(part.length() - 1))) {
      part = part.substring(0, part.length() - 1);
    }
    return PREFIX + part + ".";
  }
}

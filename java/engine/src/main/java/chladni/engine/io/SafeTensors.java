package chladni.engine.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The safetensors format: eight bytes of header length (little-endian), a JSON header, the data.
 *
 * <p>Files that we write begin with {@value #CHECKSUM} in their metadata: the SHA-256 of the whole
 * file as it is with zeros for the digits of that very entry. It is verified whenever a file has it,
 * which reads the file once from end to end.
 */
public final class SafeTensors {
  /** Metadata key of the checksum; not shown by {@link SafeTensorsFile#metadata()}. */
  public static final String CHECKSUM = "chladni.file_sha256";

  /** The reference implementation's limit. */
  private static final long MAX_HEADER = 100_000_000;

  private static final int CHUNK = 1 << 20;
  private static final String NO_DIGITS = "0".repeat(64);

  private SafeTensors() {}

  /**
   * Opens a file and checks its whole structure, and the checksum if there is one.
   *
   * @throws BadFileException if any rule of the format is broken
   */
  public static SafeTensorsFile read(Path file) {
    FileChannel channel = null;
    try {
      channel = FileChannel.open(file, StandardOpenOption.READ);
      SafeTensorsFile opened = open(file, channel);
      channel = null;
      return opened;
    } catch (NoSuchFileException e) {
      throw new BadFileException(file, "there is no such file", "Check the path.", e);
    } catch (IOException e) {
      throw new BadFileException(
          file, "cannot be read (" + e.getMessage() + ")", "Check its permissions.", e);
    } finally {
      closeAfterFailure(channel);
    }
  }

  private static SafeTensorsFile open(Path file, FileChannel channel) throws IOException {
    long size = channel.size();
    String nextMove = "The file is truncated or not safetensors; copy or export it again.";
    if (size < 8) {
      throw new BadFileException(file, "must be at least 8 bytes, got " + size, nextMove);
    }
    ByteBuffer prefix = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    readFully(file, channel, prefix, 0);
    long length = prefix.getLong(0);
    if (length < 0 || length > MAX_HEADER || length > size - 8) {
      throw new BadFileException(
          file,
          "the header must fit the file and "
              + MAX_HEADER
              + " bytes, got a length of "
              + Long.toUnsignedString(length)
              + " in a file of "
              + size
              + " bytes",
          nextMove);
    }
    byte[] json = new byte[(int) length];
    readFully(file, channel, ByteBuffer.wrap(json), 8);
    long dataStart = 8 + length;
    SafeTensorsHeader header = SafeTensorsHeader.parse(file, json, size - dataStart);
    String expected = header.metadata().get(CHECKSUM);
    if (expected != null) {
      String actual = digest(file, channel, prefix.rewind(), json, size);
      if (!actual.equals(expected)) {
        throw new BadFileException(
            file,
            "the SHA-256 of the file must be "
                + expected
                + " as "
                + CHECKSUM
                + " says, got "
                + actual,
            "It is damaged: copy it again; if another program changed it on purpose, drop that"
                + " metadata key.");
      }
      Map<String, String> metadata = new LinkedHashMap<>(header.metadata());
      metadata.remove(CHECKSUM);
      header = new SafeTensorsHeader(header.entries(), Map.copyOf(metadata));
    }
    return new SafeTensorsFile(file, channel, dataStart, header, expected != null);
  }

  /**
   * Writes the arrays, widest elements first and then by name, so that each is aligned to its
   * element. The file appears complete or not at all.
   *
   * @throws FileWriteException when the file system refuses
   * @throws IllegalArgumentException on a name that is used twice or reserved
   */
  public static void write(Path file, List<NamedArray> arrays, Map<String, String> metadata) {
    write(file, null, arrays, metadata);
  }

  /**
   * As {@link #write(Path, List, Map)}, with what was there before kept.
   *
   * @param previous the new name of the file that is replaced, in the same folder; null drops it
   */
  public static void write(
      Path file, Path previous, List<NamedArray> arrays, Map<String, String> metadata) {
    List<NamedArray> sorted = new ArrayList<>(arrays);
    sorted.sort(
        Comparator.<NamedArray>comparingInt(array -> -array.type().bytes())
            .thenComparing(NamedArray::name));
    Set<String> names = new HashSet<>();
    for (NamedArray array : sorted) {
      if (array.name().equals(SafeTensorsHeader.METADATA) || !names.add(array.name())) {
        throw new IllegalArgumentException(
            "safetensors '%s': names must be unique and not %s, got '%s'. Rename one."
                .formatted(file, SafeTensorsHeader.METADATA, array.name()));
      }
    }
    if (metadata.containsKey(CHECKSUM)) {
      throw new IllegalArgumentException(
          "safetensors '%s': metadata key %s is ours. Leave it out.".formatted(file, CHECKSUM));
    }
    byte[] header = header(sorted, metadata);
    if (header.length > MAX_HEADER) {
      throw new IllegalArgumentException(
          "safetensors '%s': the header must have at most %d bytes, got %d. Shorten the metadata."
              .formatted(file, MAX_HEADER, header.length));
    }
    AtomicFile.write(file, previous, channel -> write(channel, header, sorted));
  }

  private static void write(FileChannel channel, byte[] header, List<NamedArray> arrays)
      throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(CHUNK).order(ByteOrder.LITTLE_ENDIAN);
    MessageDigest sha = sha256();
    sha.update(buffer.putLong(header.length).flip().duplicate());
    sha.update(header);
    AtomicFile.writeFully(channel, buffer);
    AtomicFile.writeFully(channel, ByteBuffer.wrap(header));
    for (NamedArray array : arrays) {
      int elements = Math.toIntExact(ShapeOnDisk.elements(array.shape()));
      int perChunk = CHUNK / array.type().bytes();
      for (int at = 0; at < elements; at += perChunk) {
        int n = Math.min(perChunk, elements - at);
        buffer.clear().limit(n * array.type().bytes());
        switch (array) {
          case NamedArray.Floats floats -> buffer.asFloatBuffer().put(floats.values(), at, n);
          case NamedArray.Doubles doubles -> buffer.asDoubleBuffer().put(doubles.values(), at, n);
          case NamedArray.Ints ints -> buffer.asIntBuffer().put(ints.values(), at, n);
          case NamedArray.Shorts shorts -> buffer.asShortBuffer().put(shorts.values(), at, n);
          case NamedArray.Bytes bytes -> buffer.duplicate().put(bytes.values(), at, n);
        }
        sha.update(buffer.duplicate());
        AtomicFile.writeFully(channel, buffer);
      }
    }
    // The checksum stands before what it sums up, so its digits are filled in last.
    byte[] digits = HexFormat.of().formatHex(sha.digest()).getBytes(StandardCharsets.US_ASCII);
    ByteBuffer patch = ByteBuffer.wrap(digits);
    long position = 8L + CHECKSUM_AT;
    while (patch.hasRemaining()) {
      position += channel.write(patch, position);
    }
  }

  private static final String HEADER_START =
      "{\"" + SafeTensorsHeader.METADATA + "\":{\"" + CHECKSUM + "\":\"";
  private static final int CHECKSUM_AT = HEADER_START.length();

  private static byte[] header(List<NamedArray> sorted, Map<String, String> metadata) {
    StringBuilder json = new StringBuilder(HEADER_START).append(NO_DIGITS).append('"');
    metadata.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(
            entry -> {
              quote(json.append(','), entry.getKey());
              quote(json.append(':'), entry.getValue());
            });
    json.append('}');
    long offset = 0;
    for (NamedArray array : sorted) {
      quote(json.append(','), array.name());
      json.append(":{\"dtype\":\"").append(array.type()).append("\",\"shape\":[");
      for (int i = 0; i < array.shape().length; i++) {
        json.append(i == 0 ? "" : ",").append(array.shape()[i]);
      }
      long end = offset + ShapeOnDisk.elements(array.shape()) * array.type().bytes();
      json.append("],\"data_offsets\":[").append(offset).append(',').append(end).append("]}");
      offset = end;
    }
    byte[] bytes = json.append('}').toString().getBytes(StandardCharsets.UTF_8);
    byte[] padded = new byte[(bytes.length + 7) / 8 * 8];
    Arrays.fill(padded, (byte) ' ');
    System.arraycopy(bytes, 0, padded, 0, bytes.length);
    return padded;
  }

  private static void quote(StringBuilder json, String text) {
    json.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean pair =
          Character.isHighSurrogate(c)
              && i + 1 < text.length()
              && Character.isLowSurrogate(text.charAt(i + 1));
      if (pair) {
        json.append(c).append(text.charAt(++i));
      } else if (Character.isSurrogate(c)) {
        throw new IllegalArgumentException(
            "safetensors: names and metadata must be valid Unicode, got half a surrogate pair in '"
                + text
                + "'. Remove it.");
      } else if (c == '"' || c == '\\') {
        json.append('\\').append(c);
      } else if (c < 0x20) {
        json.append("\\u%04x".formatted((int) c));
      } else {
        json.append(c);
      }
    }
    json.append('"');
  }

  /** Fills the buffer from {@code position} on, and leaves it at its limit. */
  static void readFully(Path file, FileChannel channel, ByteBuffer buffer, long position)
      throws IOException {
    while (buffer.hasRemaining()) {
      int n = channel.read(buffer, position);
      if (n < 0) {
        throw new BadFileException(
            file,
            "ends at byte " + position + " although " + buffer.remaining() + " more are due",
            "The file is truncated; copy or export it again.");
      }
      position += n;
    }
  }

  static void closeAfterFailure(FileChannel channel) {
    if (channel != null) {
      try {
        channel.close();
      } catch (IOException _) {
        // The failure that brought us here is the one worth reporting.
      }
    }
  }

  /** Of the whole file, with zeros where a header of ours has the digits. */
  private static String digest(
      Path file, FileChannel channel, ByteBuffer prefix, byte[] json, long size)
      throws IOException {
    MessageDigest sha = sha256();
    sha.update(prefix);
    int digits = Math.min(CHECKSUM_AT, json.length);
    int rest = Math.min(CHECKSUM_AT + NO_DIGITS.length(), json.length);
    sha.update(json, 0, digits);
    sha.update(NO_DIGITS.getBytes(StandardCharsets.US_ASCII));
    sha.update(json, rest, json.length - rest);
    long from = 8L + json.length;
    ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(CHUNK, size - from));
    for (long at = from; at < size; at += buffer.limit()) {
      buffer.clear().limit((int) Math.min(buffer.capacity(), size - at));
      readFully(file, channel, buffer, at);
      sha.update(buffer.flip());
      buffer.rewind();
    }
    return HexFormat.of().formatHex(sha.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }
}

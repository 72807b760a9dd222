package chladni.engine.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;

/**
 * An open safetensors file. Tensors are read one at a time into a fresh array; nothing else of the
 * file is held. A file renamed over this one meanwhile does not matter: the open one is read. May
 * be read from several threads.
 */
public final class SafeTensorsFile implements AutoCloseable {
  private static final int CHUNK = 1 << 20;

  private final Path file;
  private final FileChannel channel;
  private final long dataStart;
  private final SafeTensorsHeader header;
  private final boolean verified;

  SafeTensorsFile(
      Path file,
      FileChannel channel,
      long dataStart,
      SafeTensorsHeader header,
      boolean verified) {
    this.file = file;
    this.channel = channel;
    this.dataStart = dataStart;
    this.header = header;
    this.verified = verified;
  }

  /** Whether the file has our checksum, which then holds; files of other programs have none. */
  public boolean verified() {
    return verified;
  }

  /** Names in the order of the header. */
  public Set<String> names() {
    return header.entries().keySet();
  }

  public boolean has(String name) {
    return header.entries().containsKey(name);
  }

  public long[] shape(String name) {
    return entry(name).shape().clone();
  }

  public DiskType type(String name) {
    return entry(name).type();
  }

  /** What {@code __metadata__} holds, without our checksum. */
  public Map<String, String> metadata() {
    return header.metadata();
  }

  /**
   * An F32, F16, BF16 or F64 tensor as floats; F64 is rounded.
   *
   * @throws BadFileException if there is no such tensor, it is of another type, a finite F64 value
   *     exceeds the range of float, or the file was cut while open
   */
  public float[] floats(String name) {
    SafeTensorsHeader.Entry entry = entry(name);
    float[] out = new float[length(name, entry)];
    scan(
        name,
        entry,
        switch (entry.type()) {
          case F32 -> (in, at, n) -> in.asFloatBuffer().get(out, at, n);
          case F16 ->
              (in, at, n) -> {
                for (int i = 0; i < n; i++) {
                  out[at + i] = Float.float16ToFloat(in.getShort());
                }
              };
          case BF16 ->
              (in, at, n) -> {
                for (int i = 0; i < n; i++) {
                  out[at + i] = Float.intBitsToFloat(in.getShort() << 16);
                }
              };
          case F64 ->
              (in, at, n) -> {
                for (int i = 0; i < n; i++) {
                  double value = in.getDouble();
                  out[at + i] = (float) value;
                  if (Float.isInfinite(out[at + i]) && !Double.isInfinite(value)) {
                    throw bad(name, "must fit a float, got " + value, "Read it as doubles.");
                  }
                }
              };
          default -> throw wrongType(name, entry, "F32, F16, BF16 or F64");
        });
    return out;
  }

  /** An F64, F32, F16 or BF16 tensor as doubles, exactly. */
  public double[] doubles(String name) {
    SafeTensorsHeader.Entry entry = entry(name);
    double[] out = new double[length(name, entry)];
    scan(
        name,
        entry,
        switch (entry.type()) {
          case F64 -> (in, at, n) -> in.asDoubleBuffer().get(out, at, n);
          case F32 ->
              (in, at, n) -> {
                for (int i = 0; i < n; i++) {
                  out[at + i] = in.getFloat();
                }
              };
          case F16 ->
              (in, at, n) -> {
                for (int i = 0; i < n; i++) {
                  out[at + i] = Float.float16ToFloat(in.getShort());
                }
              };
          case BF16 ->
              (in, at, n) -> {
                for (int i = 0; i < n; i++) {
                  out[at + i] = Float.intBitsToFloat(in.getShort() << 16);
                }
              };
          default -> throw wrongType(name, entry, "F64, F32, F16 or BF16");
        });
    return out;
  }

  /** An I32 or I64 tensor as ints; an I64 value outside the range of int is refused. */
  public int[] ints(String name) {
    SafeTensorsHeader.Entry entry = entry(name);
    int[] out = new int[length(name, entry)];
    scan(
        name,
        entry,
        switch (entry.type()) {
          case I32 -> (in, at, n) -> in.asIntBuffer().get(out, at, n);
          case I64 ->
              (in, at, n) -> {
                for (int i = 0; i < n; i++) {
                  long value = in.getLong();
                  if (value != (int) value) {
                    throw bad(
                        name, "must fit 32 bits, got " + value, "Export it with smaller values.");
                  }
                  out[at + i] = (int) value;
                }
              };
          default -> throw wrongType(name, entry, "I32 or I64");
        });
    return out;
  }

  /** An I16 tensor. */
  public short[] shorts(String name) {
    SafeTensorsHeader.Entry entry = entry(name);
    if (entry.type() != DiskType.I16) {
      throw wrongType(name, entry, "I16");
    }
    short[] out = new short[length(name, entry)];
    scan(name, entry, (in, at, n) -> in.asShortBuffer().get(out, at, n));
    return out;
  }

  /** A U8 tensor; a byte of Java stands for its unsigned value. */
  public byte[] bytes(String name) {
    SafeTensorsHeader.Entry entry = entry(name);
    if (entry.type() != DiskType.U8) {
      throw wrongType(name, entry, "U8");
    }
    byte[] out = new byte[length(name, entry)];
    scan(name, entry, (in, at, n) -> in.get(out, at, n));
    return out;
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new BadFileException(file, "cannot be closed (" + e + ")", "Check the disk.", e);
    }
  }

  private interface ChunkReader {
    /** Takes {@code n} elements from the buffer's position and stores them from {@code at}. */
    void read(ByteBuffer in, int at, int n);
  }

  private void scan(String name, SafeTensorsHeader.Entry entry, ChunkReader reader) {
    long left = entry.end() - entry.begin();
    ByteBuffer buffer =
        ByteBuffer.allocate((int) Math.min(CHUNK, left)).order(ByteOrder.LITTLE_ENDIAN);
    long position = dataStart + entry.begin();
    int at = 0;
    try {
      while (left > 0) {
        buffer.clear().limit((int) Math.min(CHUNK, left));
        SafeTensors.readFully(file, channel, buffer, position);
        int n = buffer.limit() / entry.type().bytes();
        position += buffer.limit();
        left -= buffer.limit();
        reader.read(buffer.flip(), at, n);
        at += n;
      }
    } catch (IOException e) {
      throw new BadFileException(
          file, "tensor '" + name + "' cannot be read (" + e + ")", "Check the disk.", e);
    }
  }

  private SafeTensorsHeader.Entry entry(String name) {
    SafeTensorsHeader.Entry entry = header.entries().get(name);
    if (entry == null) {
      throw new BadFileException(
          file,
          "there is no tensor '" + name + "' among " + names().size(),
          NearestName.of(name, names())
              .map(near -> "The nearest name is '" + near + "'.")
              .orElse("Check that this is the file you meant."));
    }
    return entry;
  }

  private int length(String name, SafeTensorsHeader.Entry entry) {
    long elements = (entry.end() - entry.begin()) / entry.type().bytes();
    if (elements > ShapeOnDisk.MAX_ARRAY) {
      throw bad(
          name,
          "must have at most " + ShapeOnDisk.MAX_ARRAY + " elements, got " + elements,
          "Split it.");
    }
    return (int) elements;
  }

  private BadFileException wrongType(String name, SafeTensorsHeader.Entry entry, String wanted) {
    return bad(
        name,
        "must be " + wanted + ", got " + entry.type() + " " + Arrays.toString(entry.shape()),
        "Convert it before export.");
  }

  private BadFileException bad(String name, String problem, String nextMove) {
    return new BadFileException(file, "tensor '" + name + "' " + problem, nextMove);
  }
}

package chladni.engine.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/**
 * numpy's npy format, versions 1 to 3 (numpy.lib.format): magic, version, header length, header,
 * the data. Read as floats from f4, f8, i4, i8 (little-endian) and u1; written as version 1, f4.
 */
public final class Npy {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final int MAX_HEADER = 1 << 16;
  private static final int CHUNK = 1 << 20;
  private static final int ALIGNMENT = 64;
  private static final String AGAIN = "The file is truncated or not npy; save it again.";

  private Npy() {}

  /**
   * Reads an array; Fortran order becomes row-major. f8 is rounded to float.
   *
   * @throws BadFileException if a rule of the format is broken, the data do not end exactly where
   *     the header says, or a value has no float (an integer beyond 24 bits that would be rounded,
   *     a finite f8 that would become infinite)
   */
  public static NpyArray read(Path file) {
    FileChannel channel = null;
    try {
      channel = FileChannel.open(file, StandardOpenOption.READ);
      return read(file, channel);
    } catch (NoSuchFileException e) {
      throw new BadFileException(file, "there is no such file", "Check the path.", e);
    } catch (IOException e) {
      throw new BadFileException(
          file, "cannot be read (" + e.getMessage() + ")", "Check its permissions.", e);
    } finally {
      SafeTensors.closeAfterFailure(channel);
    }
  }

  /** Writes an array; the file appears complete or not at all. */
  public static void write(Path file, NpyArray array) {
    StringBuilder header = new StringBuilder("{'descr': '<f4', 'fortran_order': False, 'shape': (");
    for (int i = 0; i < array.shape().length; i++) {
      header.append(i == 0 ? "" : " ").append(array.shape()[i]).append(',');
    }
    if (array.shape().length > 1) {
      header.setLength(header.length() - 1);
    }
    header.append("), }");
    int prefix = MAGIC.length + 4;
    int padded = (prefix + header.length() + 1 + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT - prefix;
    header.repeat(' ', padded - 1 - header.length()).append('\n');
    ByteBuffer start = ByteBuffer.allocate(prefix + padded).order(ByteOrder.LITTLE_ENDIAN);
    start.put(MAGIC).put((byte) 1).put((byte) 0).putShort((short) padded);
    start.put(header.toString().getBytes(StandardCharsets.US_ASCII));
    AtomicFile.write(
        file,
        channel -> {
          AtomicFile.writeFully(channel, start.flip());
          ByteBuffer buffer = ByteBuffer.allocate(CHUNK).order(ByteOrder.LITTLE_ENDIAN);
          for (int at = 0; at < array.values().length; at += CHUNK / 4) {
            int n = Math.min(CHUNK / 4, array.values().length - at);
            buffer.clear().limit(4 * n);
            buffer.asFloatBuffer().put(array.values(), at, n);
            AtomicFile.writeFully(channel, buffer);
          }
        });
  }

  private static NpyArray read(Path file, FileChannel channel) throws IOException {
    long size = channel.size();
    ByteBuffer prefix = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
    prefix.limit((int) Math.min(12, size));
    SafeTensors.readFully(file, channel, prefix, 0);
    if (size < 12 || !Arrays.equals(MAGIC, 0, 6, prefix.array(), 0, 6)) {
      throw new BadFileException(file, "must start with \\x93NUMPY and a header", AGAIN);
    }
    int version = prefix.get(6);
    if (version < 1 || version > 3 || prefix.get(7) != 0) {
      throw new BadFileException(
          file,
          "the npy version must be 1.0, 2.0 or 3.0, got " + version + "." + prefix.get(7),
          "Save it with a current numpy.");
    }
    int start = version == 1 ? 10 : 12;
    long length = version == 1 ? prefix.getShort(8) & 0xFFFFL : prefix.getInt(8) & 0xFFFFFFFFL;
    if (length > MAX_HEADER || length > size - start) {
      throw new BadFileException(
          file,
          "the header must fit the file and %d bytes, got a length of %d in a file of %d bytes"
              .formatted(MAX_HEADER, length, size),
          AGAIN);
    }
    ByteBuffer text = ByteBuffer.allocate((int) length);
    SafeTensors.readFully(file, channel, text, start);
    NpyHeader header = NpyHeader.parse(file, decode(file, text.flip(), version));
    return data(file, channel, header, start + length, size);
  }

  private static String decode(Path file, ByteBuffer text, int version) {
    Charset charset = version == 3 ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1;
    try {
      return charset
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .decode(text)
          .toString();
    } catch (CharacterCodingException e) {
      throw new BadFileException(file, "the header must be valid UTF-8", AGAIN, e);
    }
  }

  private static NpyArray data(
      Path file, FileChannel channel, NpyHeader header, long start, long size) throws IOException {
    int bytes =
        switch (header.descr()) {
          case "<f4", "<i4" -> 4;
          case "<f8", "<i8" -> 8;
          case "|u1", "<u1" -> 1;
          default ->
              throw new BadFileException(
                  file,
                  "descr must be <f4, <f8, <i4, <i8 or |u1, got '" + header.descr() + "'",
                  "Save it with numpy.save(path, array.astype('<f4')).");
        };
    long elements = ShapeOnDisk.elements(header.shape());
    // The file bounds the array, so a lying header never makes us allocate.
    if (elements < 0 || elements > ShapeOnDisk.MAX_ARRAY || elements * bytes != size - start) {
      throw new BadFileException(
          file,
          "shape %s of %s must fill the data exactly, got %d bytes of data"
              .formatted(Arrays.toString(header.shape()), header.descr(), size - start),
          AGAIN);
    }
    float[] values = new float[(int) elements];
    ByteBuffer buffer =
        ByteBuffer.allocate((int) Math.min(CHUNK, size - start)).order(ByteOrder.LITTLE_ENDIAN);
    long position = start;
    for (int at = 0; at < values.length; ) {
      int n = Math.min(CHUNK / bytes, values.length - at);
      buffer.clear().limit(n * bytes);
      SafeTensors.readFully(file, channel, buffer, position);
      position += buffer.limit();
      convert(file, header.descr(), buffer.flip(), values, at, n);
      at += n;
    }
    if (header.fortranOrder() && header.shape().length > 1) {
      values = rowMajor(header.shape(), values);
    }
    return new NpyArray(header.shape(), values);
  }

  private static void convert(Path file, String descr, ByteBuffer in, float[] out, int at, int n) {
    if (descr.equals("<f4")) {
      in.asFloatBuffer().get(out, at, n);
      return;
    }
    for (int i = at; i < at + n; i++) {
      switch (descr) {
        case "<f8" -> {
          double value = in.getDouble();
          out[i] = (float) value;
          if (Float.isInfinite(out[i]) && !Double.isInfinite(value)) {
            throw noFloat(file, i, Double.toString(value));
          }
        }
        case "<i4", "<i8" -> {
          long value = descr.equals("<i4") ? in.getInt() : in.getLong();
          out[i] = value;
          // 2^63 as a float converts back to the greatest long, which is not what was read.
          if ((long) out[i] != value || value == Long.MAX_VALUE) {
            throw noFloat(file, i, Long.toString(value));
          }
        }
        default -> out[i] = in.get() & 0xFF;
      }
    }
  }

  private static BadFileException noFloat(Path file, int index, String value) {
    return new BadFileException(
        file,
        "every value must have a float, got " + value + " at element " + index,
        "Scale it before saving.");
  }

  /** Column-major values in row-major order: walk the target once, stepping through the source. */
  private static float[] rowMajor(long[] shape, float[] columnMajor) {
    float[] out = new float[columnMajor.length];
    int rank = shape.length;
    long[] stride = new long[rank];
    long step = 1;
    for (int d = 0; d < rank; d++) {
      stride[d] = step;
      step *= shape[d];
    }
    long[] index = new long[rank];
    long src = 0;
    for (int dst = 0; dst < out.length; dst++) {
      out[dst] = columnMajor[(int) src];
      for (int d = rank - 1; d >= 0; d--) {
        src += stride[d];
        if (++index[d] < shape[d]) {
          break;
        }
        src -= stride[d] * shape[d];
        index[d] = 0;
      }
    }
    return out;
  }
}

package chladni.tests.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chladni.engine.io.BadFileException;
import chladni.engine.io.Npy;
import chladni.engine.io.NpyArray;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class NpyTest {
  @TempDir Path folder;

  @Test
  void whatIsWrittenIsReadBack() {
    long[][] shapes = {{}, {0}, {5}, {2, 3}, {300_000, 2}, {1, 1, 2, 0, 3}};
    for (long[] shape : shapes) {
      float[] values = new float[(int) Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
      for (int i = 0; i < values.length; i++) {
        values[i] = 0.1f * i - 3;
      }
      Path file = folder.resolve("a.npy");
      Npy.write(file, new NpyArray(shape, values));
      NpyArray read = Npy.read(file);
      assertThat(read.shape()).isEqualTo(shape);
      assertThat(read.values()).isEqualTo(values);
    }
  }

  @Test
  void theHeaderIsWhatNumpyWrites() throws IOException {
    Path file = folder.resolve("a.npy");
    Npy.write(file, new NpyArray(new long[] {2, 1}, new float[] {1, 2}));
    byte[] bytes = Files.readAllBytes(file);
    assertThat(bytes).hasSize(128 + 8);
    String header = new String(bytes, 10, 118, StandardCharsets.US_ASCII);
    assertThat(header.strip())
        .isEqualTo("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1), }");
    assertThat(header).endsWith("\n");
    assertThat(bytes[8]).isEqualTo((byte) 118);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void everyVersionIsRead(int version) throws IOException {
    byte[] data = floats(1, 2, 3);
    Path file = write(version, "{'shape': (3,), \"descr\": '<f4', 'fortran_order': False}\n", data);
    assertThat(Npy.read(file).values()).containsExactly(1, 2, 3);
  }

  @Test
  void fortranOrderBecomesRowMajor() throws IOException {
    // numpy.arange(24).reshape(2, 3, 4) saved with order='F'
    float[] columnMajor = new float[24];
    for (int i = 0, at = 0; i < 4; i++) {
      for (int j = 0; j < 3; j++) {
        for (int k = 0; k < 2; k++) {
          columnMajor[at++] = 12 * k + 4 * j + i;
        }
      }
    }
    Path file = write(1, header("<f4", "True", "(2, 3, 4)"), floats(columnMajor));
    NpyArray read = Npy.read(file);
    assertThat(read.shape()).containsExactly(2, 3, 4);
    for (int i = 0; i < 24; i++) {
      assertThat(read.values()[i]).isEqualTo(i);
    }
  }

  @Test
  void otherNumberTypesBecomeFloats() throws IOException {
    ByteBuffer eight = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
    Path file =
        write(1, header("<f8", "False", "(2,)"), eight.putDouble(0.1).putDouble(-2).array());
    assertThat(Npy.read(file).values()).containsExactly(0.1f, -2);
    file = write(1, header("<i8", "False", "(2,)"), eight.clear().putLong(-7).putLong(9).array());
    assertThat(Npy.read(file).values()).containsExactly(-7, 9);
    file = write(1, header("<i4", "False", "(2,)"), new byte[] {-1, -1, -1, -1, 4, 0, 0, 0});
    assertThat(Npy.read(file).values()).containsExactly(-1, 4);
    file = write(1, header("|u1", "False", "(2,)"), new byte[] {-1, 4});
    assertThat(Npy.read(file).values()).containsExactly(255, 4);
  }

  @ParameterizedTest
  @ValueSource(longs = {(1 << 24) + 1, Long.MAX_VALUE, Long.MIN_VALUE + 1})
  void integersWithoutAFloatAreRefused(long value) throws IOException {
    byte[] data = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array();
    Path file = write(1, header("<i8", "False", "(1,)"), data);
    assertThatThrownBy(() -> Npy.read(file))
        .isInstanceOf(BadFileException.class)
        .hasMessageContaining("got " + value + " at element 0");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          {'descr': '<f4', 'fortran_order': False, 'shape': (3,), }   | must fill the data exactly
          {'descr': '<f4', 'fortran_order': False, 'shape': (1,), }   | must fill the data exactly
          {'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296), } | must fill the data exactly
          {'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), } | must fit 63 bits
          {'descr': '<f4', 'fortran_order': False, 'shape': (2), }    | needs a comma
          {'descr': '<f4', 'fortran_order': False, 'shape': (-2,), }  | non-negative
          {'descr': '>f4', 'fortran_order': False, 'shape': (2,), }   | descr must be
          {'descr': 'O',  'fortran_order': False, 'shape': (2,), }    | descr must be
          {'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,), } | must stand here
          {'descr': '<f4', 'fortran_order': 0, 'shape': (2,), }       | True or False
          {'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (2,), } | descr must be given once
          {'descr': '<f4', 'shape': (2,), }                           | must all be given
          {'descr': '<f4', 'fortran_order': False, 'shape': (2,), 'x': 1} | unknown key 'x'
          {'descr': '<f4', 'fortran_order': False, 'shape': (2,)} x   | nothing may follow
          {'descr': '<f4                                              | plain quoted string
          """)
  void headersThatLieAreRefused(String header, String rule) throws IOException {
    Path file = write(1, header, floats(1, 2));
    assertThatThrownBy(() -> Npy.read(file))
        .isInstanceOf(BadFileException.class)
        .hasMessageContaining(rule);
  }

  @Test
  void everyTruncationIsRefused() throws IOException {
    Path whole = folder.resolve("whole.npy");
    Npy.write(whole, new NpyArray(new long[] {2}, new float[] {1, 2}));
    byte[] bytes = Files.readAllBytes(whole);
    Path cut = folder.resolve("cut.npy");
    for (int length = 0; length < bytes.length; length++) {
      Files.write(cut, Arrays.copyOf(bytes, length));
      assertThatThrownBy(() -> Npy.read(cut))
          .as("cut at %d", length)
          .isInstanceOf(BadFileException.class);
    }
  }

  @Test
  void aHugeHeaderLengthAllocatesNothing() throws IOException {
    byte[] bytes = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 2, 0, -1, -1, -1, -1, '{'};
    Path file = Files.write(folder.resolve("huge.npy"), bytes);
    assertThatThrownBy(() -> Npy.read(file))
        .isInstanceOf(BadFileException.class)
        .hasMessageContaining("got a length of 4294967295");
  }

  private static String header(String descr, String fortran, String shape) {
    return "{'descr': '%s', 'fortran_order': %s, 'shape': %s, }\n".formatted(descr, fortran, shape);
  }

  private Path write(int version, String header, byte[] data) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(12 + header.length() + data.length);
    bytes
        .order(ByteOrder.LITTLE_ENDIAN)
        .put((byte) 0x93)
        .put("NUMPY".getBytes())
        .put((byte) version);
    bytes.put((byte) 0);
    if (version == 1) {
      bytes.putShort((short) header.length());
    } else {
      bytes.putInt(header.length());
    }
    bytes.put(header.getBytes(StandardCharsets.ISO_8859_1)).put(data);
    return Files.write(folder.resolve("raw.npy"), Arrays.copyOf(bytes.array(), bytes.position()));
  }

  private static byte[] floats(float... values) {
    ByteBuffer data = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    data.asFloatBuffer().put(values);
    return data.array();
  }
}

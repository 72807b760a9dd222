package chladni.tests.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chladni.engine.io.BadFileException;
import chladni.engine.io.SafeTensors;
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

final class DamagedSafeTensorsTest {
  private static final String GOOD = "'w':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}";

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          {'w':{'dtype':'F32','shape':[2],'data_offsets':[4,12]}}          | must begin where the one before it ends
          {'w':{'dtype':'F32','shape':[1],'data_offsets':[0,4]}}           | must fill the data exactly
          {'w':{'dtype':'F32','shape':[3],'data_offsets':[0,12]}}          | must fill the data exactly
          {'w':{'dtype':'F32','shape':[3],'data_offsets':[0,8]}}           | data_offsets must span the 12 bytes
          {'w':{'dtype':'F32','shape':[2],'data_offsets':[8,0]}}           | data_offsets must span the 8 bytes
          {'w':{'dtype':'F32','shape':[2],'data_offsets':[0]}}             | two data_offsets
          {'w':{'dtype':'F32','shape':[2],'data_offsets':[0,8,9]}}         | at most 2 integers
          {'w':{'dtype':'F32','shape':[-2],'data_offsets':[0,8]}}          | a non-negative integer must stand here, got '-'
          {'w':{'dtype':'F32','shape':[2.0],'data_offsets':[0,8]}}         | ']' must stand here, got '.'
          {'w':{'dtype':'F32','shape':[02],'data_offsets':[0,8]}}          | must not start with 0
          {'w':{'dtype':'F32','shape':[9223372036854775808],'data_offsets':[0,8]}} | must fit 63 bits
          {'w':{'dtype':'F32','shape':[4294967296,4294967296],'data_offsets':[0,0]}} | overflows
          {'w':{'dtype':'F64','shape':[4611686018427387904],'data_offsets':[0,0]}} | overflows
          {'w':{'dtype':'F31','shape':[2],'data_offsets':[0,8]}}           | dtype must be one of
          {'w':{'dtype':'F32','data_offsets':[0,8]}}                       | must give dtype, shape and
          {'w':{'dtype':'F32','shape':[2],'shape':[2],'data_offsets':[0,8]}} | must give shape once
          {'w':{'dtype':'F32','shape':[2],'data_offsets':[0,8],'x':1}}     | unknown key 'x'
          {'w':{'dtype':'F32','shape':[2],'data_offsets':[0,8]},}          | '"' must stand here
          {'w':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}}}          | nothing may follow
          {'w':{'dtype':'F32','shape':[[2]],'data_offsets':[0,8]}}         | a non-negative integer
          {'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]},'b':{'dtype':'F32','shape':[1],'data_offsets':[4,8]}} | must begin where
          {'__metadata__':{'a':1}}                                         | '"' must stand here
          {'__metadata__':{'a':'1','a':'2'}}                               | metadata keys must be unique
          {'__metadata__':{},'__metadata__':{}}                            | __metadata__ twice
          {'a\\ud800':1}                                                   | half a surrogate pair
          {'a\\u12G4':1}                                                   | four hexadecimal digits
          {'a\\x':1}                                                       | unknown escape
          {'a                                                              | closed before the header ends
          []                                                               | '{' must stand here
          """)
  void headersThatLieAreRefused(String header, String rule) throws IOException {
    Path file = write(SafeTensorsTest.raw(header.replace('\'', '"'), new byte[8]));
    assertThatThrownBy(() -> SafeTensors.read(file).close())
        .isInstanceOf(BadFileException.class)
        .hasMessageStartingWith(file.toString())
        .hasMessageContaining(rule);
  }

  @Test
  void duplicateTensorsAreRefused() throws IOException {
    Path file = write(SafeTensorsTest.raw(json("{" + GOOD + "," + GOOD + "}"), new byte[8]));
    assertThatThrownBy(() -> SafeTensors.read(file).close())
        .isInstanceOf(BadFileException.class)
        .hasMessageContaining("keys must be unique, got 'w' twice");
  }

  @Test
  void invalidUtf8IsRefused() throws IOException {
    byte[] header = json("{'caf\u00e9':1}").getBytes(StandardCharsets.ISO_8859_1);
    Path file = write(SafeTensorsTest.raw(header, new byte[0]));
    assertThatThrownBy(() -> SafeTensors.read(file).close())
        .isInstanceOf(BadFileException.class)
        .hasMessageContaining("valid UTF-8");
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 32, 100_000_001, 100_000_000, 9})
  void aHeaderLengthBeyondTheFileAllocatesNothing(long length) throws IOException {
    byte[] bytes = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN).putLong(length).array();
    Path file = write(bytes);
    assertThatThrownBy(() -> SafeTensors.read(file).close())
        .isInstanceOf(BadFileException.class)
        .hasMessageContaining("header must fit the file")
        .hasMessageContaining(Long.toUnsignedString(length));
  }

  @Test
  void everyTruncationIsRefused() throws IOException {
    Path whole = folder.resolve("whole");
    SafeTensorsTest.writeOne(whole, 1, 2, 3);
    byte[] bytes = Files.readAllBytes(whole);
    Path file = folder.resolve("cut");
    for (int length = 0; length < bytes.length; length++) {
      Files.write(file, Arrays.copyOf(bytes, length));
      assertThatThrownBy(() -> SafeTensors.read(file).close())
          .as("cut at %d", length)
          .isInstanceOf(BadFileException.class);
    }
    Files.write(file, Arrays.copyOf(bytes, bytes.length + 1));
    assertThatThrownBy(() -> SafeTensors.read(file).close()).isInstanceOf(BadFileException.class);
  }

  @Test
  void aFlippedDataBitIsSeenByTheChecksum() throws IOException {
    Path file = folder.resolve("flipped");
    SafeTensorsTest.writeOne(file, 1, 2, 3);
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length - 5] ^= 1;
    Files.write(file, bytes);
    assertThatThrownBy(() -> SafeTensors.read(file).close())
        .isInstanceOf(BadFileException.class)
        .hasMessageContaining("SHA-256");
  }

  @Test
  void aFileCutWhileOpenIsReported() throws IOException {
    Path file = write(SafeTensorsTest.raw(json("{" + GOOD + "}"), new byte[8]));
    try (var read = SafeTensors.read(file)) {
      byte[] bytes = Files.readAllBytes(file);
      Files.write(file, Arrays.copyOf(bytes, bytes.length - 4));
      assertThatThrownBy(() -> read.floats("w"))
          .isInstanceOf(BadFileException.class)
          .hasMessageContaining("truncated");
    }
  }

  @Test
  void absentFilesAndFoldersAreRefused() {
    assertThatThrownBy(() -> SafeTensors.read(folder.resolve("absent")))
        .isInstanceOf(BadFileException.class)
        .hasMessageContaining("there is no such file");
    assertThatThrownBy(() -> SafeTensors.read(folder)).isInstanceOf(BadFileException.class);
  }

  @Test
  void aHeaderWithoutTensorsIsAnEmptyFile() throws IOException {
    Path file = write(SafeTensorsTest.raw(" { } \n", new byte[0]));
    try (var read = SafeTensors.read(file)) {
      assertThat(read.names()).isEmpty();
      assertThat(read.metadata()).isEmpty();
    }
  }

  private Path write(byte[] bytes) throws IOException {
    return Files.write(folder.resolve("damaged.safetensors"), bytes);
  }

  private static String json(String quoted) {
    return quoted.replace('\'', '"');
  }
}

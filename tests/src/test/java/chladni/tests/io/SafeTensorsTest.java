package chladni.tests.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chladni.engine.io.BadFileException;
import chladni.engine.io.DiskType;
import chladni.engine.io.NamedArray;
import chladni.engine.io.SafeTensors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SafeTensorsTest {
  @TempDir Path folder;

  static void writeOne(Path file, float... values) {
    SafeTensors.write(
        file, List.of(NamedArray.of("w", new long[] {values.length}, values)), Map.of());
  }

  @Test
  void whatIsWrittenIsReadBackBitForBit() {
    SplittableRandom random = new SplittableRandom(7);
    float[] floats = new float[700_001]; // more than two chunks, not a multiple of one
    for (int i = 0; i < floats.length; i++) {
      floats[i] = Float.intBitsToFloat(random.nextInt());
    }
    double[] doubles = {Math.PI, Double.MIN_VALUE, -0.0, Double.NEGATIVE_INFINITY};
    int[] ints = {Integer.MIN_VALUE, 0, Integer.MAX_VALUE};
    Map<String, String> metadata = Map.of("config", "a: 1\n\"q\" \\ \t \u0001 ü 😀", "", "");
    Path file = folder.resolve("all.safetensors");
    SafeTensors.write(
        file,
        List.of(
            NamedArray.of("step", new long[] {3}, ints),
            NamedArray.of("model.1.weight", new long[] {700_001, 1}, floats),
            NamedArray.of("exact ü\n", new long[] {2, 2}, doubles),
            NamedArray.of("scalar", new long[0], new float[] {42}),
            NamedArray.of("empty", new long[] {3, 0, 5}, new float[0])),
        metadata);
    try (var read = SafeTensors.read(file)) {
      assertThat(read.names())
          .containsExactly("exact ü\n", "empty", "model.1.weight", "scalar", "step");
      assertThat(read.metadata()).isEqualTo(metadata);
      assertThat(read.shape("model.1.weight")).containsExactly(700_001, 1);
      assertThat(read.type("step")).isEqualTo(DiskType.I32);
      float[] back = read.floats("model.1.weight");
      for (int i = 0; i < floats.length; i++) {
        assertThat(Float.floatToRawIntBits(back[i])).isEqualTo(Float.floatToRawIntBits(floats[i]));
      }
      assertThat(read.doubles("exact ü\n")).containsExactly(doubles);
      assertThat(read.ints("step")).containsExactly(ints);
      assertThat(read.floats("scalar")).containsExactly(42);
      assertThat(read.shape("scalar")).isEmpty();
      assertThat(read.floats("empty")).isEmpty();
      assertThat(read.shape("empty")).containsExactly(3, 0, 5);
    }
  }

  @Test
  void theSameContentGivesTheSameBytesInAnyOrder() throws IOException {
    NamedArray a = NamedArray.of("a", new long[] {1}, new float[] {1});
    NamedArray b = NamedArray.of("b", new long[] {1}, new float[] {2});
    Path first = folder.resolve("1");
    Path second = folder.resolve("2");
    SafeTensors.write(first, List.of(a, b), Map.of("x", "1", "y", "2"));
    SafeTensors.write(second, List.of(b, a), Map.of("y", "2", "x", "1"));
    assertThat(first).hasSameBinaryContentAs(second);
  }

  @Test
  void theDataStartOnAMultipleOfEight() throws IOException {
    for (int length = 0; length < 9; length++) {
      Path file = folder.resolve("w" + length);
      SafeTensors.write(file, List.of(), Map.of("k", "v".repeat(length)));
      byte[] bytes = Files.readAllBytes(file);
      long header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
      assertThat(header % 8).isZero();
      assertThat(header + 8).isEqualTo(bytes.length);
    }
  }

  @Test
  void halfPrecisionIsWidenedExactly() throws IOException {
    // 1.5, -2, the smallest subnormal, NaN
    short[] f16 = {0x3E00, (short) 0xC000, 0x0001, 0x7E00};
    short[] bf16 = {0x3FC0, (short) 0xC000, 0x0001, 0x7FC0};
    ByteBuffer data = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
    for (short half : f16) {
      data.putShort(half);
    }
    for (short half : bf16) {
      data.putShort(half);
    }
    Path file = folder.resolve("half");
    Files.write(
        file,
        raw(
            "{\"h\":{\"dtype\":\"F16\",\"shape\":[4],\"data_offsets\":[0,8]},"
                + "\"b\":{\"dtype\":\"BF16\",\"shape\":[4],\"data_offsets\":[8,16]}}",
            data.array()));
    try (var read = SafeTensors.read(file)) {
      assertThat(read.floats("h")).containsExactly(1.5f, -2, 0x1p-24f, Float.NaN);
      assertThat(read.floats("b")).containsExactly(1.5f, -2, 0x1p-133f, Float.NaN);
      assertThat(read.doubles("b")).containsExactly(1.5, -2, 0x1p-133, Double.NaN);
    }
  }

  @Test
  void wideValuesAreNarrowedOrRefused() throws IOException {
    ByteBuffer data = ByteBuffer.allocate(32).order(ByteOrder.LITTLE_ENDIAN);
    data.putDouble(0.1).putDouble(1e300).putLong(-5).putLong(1L << 31);
    Path file = folder.resolve("wide");
    Files.write(
        file,
        raw(
            "{\"d\":{\"dtype\":\"F64\",\"shape\":[],\"data_offsets\":[0,8]},"
                + "\"huge\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[8,16]},"
                + "\"l\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[16,24]},"
                + "\"long\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[24,32]}}",
            data.array()));
    try (var read = SafeTensors.read(file)) {
      assertThat(read.floats("d")).containsExactly(0.1f);
      assertThat(read.ints("l")).containsExactly(-5);
      assertThatThrownBy(() -> read.floats("huge"))
          .isInstanceOf(BadFileException.class)
          .hasMessageContaining("tensor 'huge' must fit a float, got 1.0E300");
      assertThatThrownBy(() -> read.ints("long"))
          .isInstanceOf(BadFileException.class)
          .hasMessageContaining("tensor 'long' must fit 32 bits, got 2147483648");
      assertThatThrownBy(() -> read.floats("l"))
          .isInstanceOf(BadFileException.class)
          .hasMessageContaining("must be F32, F16, BF16 or F64, got I64");
      assertThatThrownBy(() -> read.floats("hugo"))
          .isInstanceOf(BadFileException.class)
          .hasMessageContaining("no tensor 'hugo'")
          .hasMessageContaining("nearest name is 'huge'");
    }
  }

  @Test
  void namesThatCollideAreRefusedBeforeAnythingIsWritten() {
    NamedArray a = NamedArray.of("a", new long[] {1}, new float[] {1});
    Path file = folder.resolve("none");
    assertThatThrownBy(() -> SafeTensors.write(file, List.of(a, a), Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("names must be unique");
    assertThatThrownBy(() -> NamedArray.of("a", new long[] {2, 2}, new int[3]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("got 4 and 3");
    assertThat(file).doesNotExist();
  }

  static byte[] raw(String header, byte[] data) {
    return raw(header.getBytes(StandardCharsets.UTF_8), data);
  }

  static byte[] raw(byte[] header, byte[] data) {
    return ByteBuffer.allocate(8 + header.length + data.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(header.length)
        .put(header)
        .put(data)
        .array();
  }
}

package chladni.tests.io;

import static org.assertj.core.api.Assertions.assertThat;

import chladni.engine.io.BadFileException;
import chladni.engine.io.NamedArray;
import chladni.engine.io.Npy;
import chladni.engine.io.NpyArray;
import chladni.engine.io.SafeTensors;
import chladni.engine.io.SafeTensorsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Thousands of small damages: each is either harmless or a {@link BadFileException}. */
final class MutatedFilesTest {
  private static final int MUTATIONS = 4000;
  private static final byte[] TELLING = "{}[]\",:0129'()-\\u\0".getBytes();

  @TempDir Path folder;

  @Test
  void noMutationOfSafeTensorsEscapesTheContract() throws IOException {
    Path file = folder.resolve("good");
    SafeTensors.write(
        file,
        List.of(
            NamedArray.of("model.0.weight", new long[] {2, 3}, new float[6]),
            NamedArray.of("state ü", new long[] {2}, new double[2]),
            NamedArray.of("step", new long[] {1}, new int[1])),
        Map.of("config", "ngf: 64\n"));
    Outcome outcome = mutate(file, new SplittableRandom(1), MutatedFilesTest::readAll);
    assertThat(outcome.refused).isGreaterThan(MUTATIONS / 2);
    assertThat(outcome.read).isPositive();
  }

  @Test
  void noMutationWithoutChecksumEscapesTheContract() throws IOException {
    Path file = folder.resolve("good");
    String header =
        "{\"a\":{\"dtype\":\"F16\",\"shape\":[4],\"data_offsets\":[0,8]},"
            + "\"\\u00fc\":{\"dtype\":\"I64\",\"shape\":[1,1],\"data_offsets\":[8,16]}}";
    Files.write(file, SafeTensorsTest.raw(header, new byte[16]));
    Outcome outcome = mutate(file, new SplittableRandom(2), MutatedFilesTest::readAll);
    assertThat(outcome.refused).isGreaterThan(MUTATIONS / 2);
    assertThat(outcome.read).isPositive();
  }

  @Test
  void noMutationOfNpyEscapesTheContract() throws IOException {
    Path file = folder.resolve("good");
    Npy.write(file, new NpyArray(new long[] {2, 3}, new float[6]));
    Outcome outcome = mutate(file, new SplittableRandom(3), Npy::read);
    assertThat(outcome.refused).isGreaterThan(MUTATIONS / 4);
    assertThat(outcome.read).isPositive();
  }

  private static void readAll(Path file) {
    try (SafeTensorsFile opened = SafeTensors.read(file)) {
      for (String name : opened.names()) {
        switch (opened.type(name)) {
          case I32, I64 -> opened.ints(name);
          case F64 -> opened.doubles(name);
          default -> opened.floats(name);
        }
      }
    }
  }

  private static final class Outcome {
    int refused;
    int read;
  }

  private Outcome mutate(Path good, SplittableRandom random, Consumer<Path> reader)
      throws IOException {
    byte[] bytes = Files.readAllBytes(good);
    Path file = folder.resolve("mutated");
    Outcome outcome = new Outcome();
    for (int i = 0; i < MUTATIONS; i++) {
      byte[] mutated = mutate(bytes, random);
      Files.write(file, mutated);
      try {
        reader.accept(file);
        outcome.read++;
      } catch (BadFileException e) {
        assertThat(e.file()).isEqualTo(file);
        outcome.refused++;
      } catch (RuntimeException | Error e) {
        throw new AssertionError("mutation " + i + ": " + Arrays.toString(mutated), e);
      }
    }
    return outcome;
  }

  private static byte[] mutate(byte[] good, SplittableRandom random) {
    byte[] bytes = good.clone();
    for (int n = random.nextInt(1, 4); n > 0; n--) {
      int at = random.nextInt(bytes.length);
      switch (random.nextInt(5)) {
        case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> bytes[at] = TELLING[random.nextInt(TELLING.length)];
        case 2 -> bytes = Arrays.copyOf(bytes, Math.max(1, at));
        case 3 -> {
          // A piece repeated elsewhere gives duplicate keys and shifted offsets.
          int length = random.nextInt(Math.min(40, bytes.length - at) + 1);
          byte[] longer = Arrays.copyOf(bytes, bytes.length + length);
          System.arraycopy(bytes, at, longer, at + length, bytes.length - at);
          bytes = longer;
        }
        default -> bytes[at] = (byte) random.nextInt(256);
      }
    }
    return bytes;
  }
}

package chladni.tests.ops;

import static org.assertj.core.api.Assertions.assertThat;

import chladni.engine.autodiff.Autodiff;
import chladni.engine.graph.Node;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Shape;
import chladni.engine.graph.TensorType;
import chladni.engine.nn.Philox;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Philox against its authors' known answers, dropout masks against Philox. */
final class RandomnessTest {
  static List<Backends.Target> backends() {
    return Backends.all();
  }

  /** From the file kat_vectors of Random123, lines philox4x32 10. */
  @ParameterizedTest
  @CsvSource({
    "00000000 00000000 00000000 00000000, 00000000 00000000,"
        + " 6627e8d5 e169c58d bc57ac4c 9b00dbd8",
    "ffffffff ffffffff ffffffff ffffffff, ffffffff ffffffff,"
        + " 408f276d 41c83b0e a20bc7c6 6d5451fd",
    "243f6a88 85a308d3 13198a2e 03707344, a4093822 299f31d0,"
        + " d16cfe09 94fdcceb 5001e420 24126ea1"
  })
  void philoxGivesTheKnownAnswers(String counter, String key, String answer) {
    int[] c = words(counter);
    int[] k = words(key);
    int[] out = new int[4];
    Philox.block(c[0], c[1], c[2], c[3], k[0], k[1], out);
    assertThat(out).isEqualTo(words(answer));
  }

  private static int[] words(String hex) {
    return Arrays.stream(hex.split(" ")).mapToInt(HexFormat::fromHexDigits).toArray();
  }

  @ParameterizedTest
  @MethodSource("backends")
  void aMaskIsAFunctionOfSeedStreamCounterAndPosition(Backends.Target target) {
    int[] sizes = {1, 3, 7, 31, 33, 1021};
    long[] seeds = {0, -1, 0x1234_5678_9ABC_DEF0L};
    for (int n : sizes) {
      for (long seed : seeds) {
        for (int counter : new int[] {0, 1, -7, Integer.MAX_VALUE}) {
          double[] expected = mask(n, 0.3, seed, 9, counter);
          assertThat(dropout(target, n, 0.3, seed, 9, counter)).isEqualTo(expected);
        }
      }
    }
  }

  /** The definition, from {@code Dropout}'s own words. */
  private static double[] mask(int n, double p, long seed, int stream, int counter) {
    double[] mask = new double[n];
    int[] out = new int[4];
    for (int i = 0; i < n; i++) {
      Philox.block(i / 4, 0, counter, stream, (int) seed, (int) (seed >>> 32), out);
      mask[i] = (out[i % 4] >>> 8) * 0x1p-24 >= p ? 1 : 0;
    }
    return mask;
  }

  /** Where dropout of ones, and its gradient, are not zero. */
  private static double[] dropout(
      Backends.Target target, int n, double p, long seed, int stream, int counter) {
    try (Probe probe =
        new Probe(
            target,
            graph -> {
              Node x = graph.input("x", Shape.of(n));
              Node count = graph.input("counter", TensorType.ints(Shape.SCALAR));
              Node y = Ops.dropout(x, count, p, seed, stream);
              return List.of(y, Autodiff.gradients(Ops.sum(y), List.of(x)).getFirst());
            })) {
      double[] ones = new double[n];
      Arrays.fill(ones, 1);
      List<double[]> results = probe.at(Map.of("x", ones, "counter", new double[] {counter}));
      assertThat(results.get(1)).as("the gradient has the mask").isEqualTo(results.get(0));
      double kept = 1 / (1 - p);
      return Arrays.stream(results.getFirst())
          .map(y -> Math.abs(y - kept) < 1e-6 ? 1 : y)
          .toArray();
    }
  }

  @Test
  void masksKeepTheirShareAndDifferByCounterAndStream() {
    int n = 100_000;
    double[] mask = mask(n, 0.5, 3, 1, 1);
    double[] nextStep = mask(n, 0.5, 3, 1, 2);
    double[] nextLayer = mask(n, 0.5, 3, 2, 1);
    double share = Arrays.stream(mask).sum() / n;
    // Five standard deviations of a fair coin.
    assertThat(Math.abs(share - 0.5)).isLessThan(5 * 0.5 / Math.sqrt(n));
    for (double[] other : List.of(nextStep, nextLayer)) {
      double same = 0;
      for (int i = 0; i < n; i++) {
        same += mask[i] == other[i] ? 1 : 0;
      }
      assertThat(Math.abs(same / n - 0.5)).isLessThan(5 * 0.5 / Math.sqrt(n));
    }
  }
}

package chladni.tests.ops;

import static org.assertj.core.api.Assertions.assertThat;

import chladni.engine.backend.Precision;
import chladni.engine.graph.Node;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Shape;
import chladni.engine.graph.Window;
import java.util.List;
import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Zeros of either sign, infinities and NaN, in numbers, on every backend. */
final class SpecialValuesTest {
  private static final double INF = Double.POSITIVE_INFINITY;
  private static final double NAN = Double.NaN;

  static List<Backends.Target> backends() {
    return Backends.all();
  }

  private static double[] of(Backends.Target target, UnaryOperator<Node> f, double... x) {
    try (Probe probe =
        new Probe(target, g -> List.of(f.apply(g.input("x", Shape.of(x.length)))))) {
      return probe.at(Map.of("x", x)).getFirst();
    }
  }

  private static double[] of(
      Backends.Target target, BinaryOperator<Node> f, double[] a, double[] b) {
    Shape shape = Shape.of(a.length);
    try (Probe probe =
        new Probe(target, g -> List.of(f.apply(g.input("a", shape), g.input("b", shape))))) {
      return probe.at(Map.of("a", a, "b", b)).getFirst();
    }
  }

  /** Base, exponent and power: the rules of C99, F.9.4.4, and limits of the range. */
  private static final double[][] POWERS = {
    {0, -3, INF}, {-0.0, -3, -INF}, {0, -2, INF}, {-0.0, -2, INF}, {-0.0, -0.5, INF},
    {0, -INF, INF}, {-0.0, -INF, INF}, {0, 3, 0}, {-0.0, 3, -0.0}, {-0.0, 2, 0}, {-0.0, 0.5, 0},
    {-1, INF, 1}, {-1, -INF, 1}, {1, NAN, 1}, {1, -INF, 1}, {NAN, 0, 1}, {NAN, -0.0, 1},
    {-INF, 0, 1}, {-8, 0.5, NAN}, {-8, 3, -512}, {-8, 2, 64}, {-0.5, -INF, INF}, {2, -INF, 0},
    {0.5, INF, 0}, {-2, INF, INF}, {-INF, -3, -0.0}, {-INF, -2, 0}, {-INF, -0.5, 0},
    {-INF, 3, -INF}, {-INF, 2, INF}, {-INF, 0.5, INF}, {INF, -0.5, 0}, {INF, 0.5, INF},
    {NAN, 1, NAN}, {2, NAN, NAN}, {-1, NAN, NAN}, {0x1p-149, 1, 0x1p-149}, {2, -149, 0x1p-149},
    {-2, 127, -0x1p127}, {0x1p-76, 2, 0}, {-1, 16777215, -1}, {-1, 16777216, 1},
    {-1, 0x1p100, 1}, {4, 8388608.5, INF}
  };

  @ParameterizedTest
  @MethodSource("backends")
  void powersFollowTheRulesOfC(Backends.Target target) {
    double[] base = column(0);
    double[] expected = column(2);
    double[] powers = of(target, Ops::pow, base, column(1));
    for (int i = 0; i < powers.length; i++) {
      // As 32-bit numbers, which tell apart the zeros: what FP64 still holds may be out of range.
      assertThat(Float.compare((float) powers[i], (float) expected[i]))
          .as("%s ^ %s is %s, not %s", base[i], POWERS[i][1], expected[i], powers[i])
          .isZero();
    }
  }

  private static double[] column(int i) {
    double[] column = new double[POWERS.length];
    for (int row = 0; row < column.length; row++) {
      column[row] = POWERS[row][i];
    }
    return column;
  }

  @ParameterizedTest
  @MethodSource("backends")
  void reluEndsInfinityAndLetsNaNThrough(Backends.Target target) {
    assertThat(of(target, Ops::relu, -INF, -1, -0.0, 0, 1, INF, NAN))
        .containsExactly(0, 0, 0, 0, 1, INF, NAN);
    assertThat(of(target, x -> Ops.leakyRelu(x, 0.25), -INF, -1, -0.0, 0, 1, INF, NAN))
        .containsExactly(-INF, -0.25, -0.0, 0, 1, INF, NAN);
    assertThat(of(target, x -> Ops.add(x, Ops.relu(x.graph().constant(-INF, x.shape()))), 3))
        .containsExactly(3);
  }

  static Stream<Arguments> activationsAfterProducts() {
    Map<String, UnaryOperator<Node>> activations =
        Map.of(
            "relu", Ops::relu,
            "leakyRelu", x -> Ops.leakyRelu(x, 0.25),
            "tanh", Ops::tanh,
            "sigmoid", Ops::sigmoid);
    // Products of BF16 read channels in pairs, so that a NaN reaches its neighbours.
    return Backends.all().stream()
        .filter(t -> t.precision() != Precision.BF16)
        .flatMap(t -> activations.entrySet().stream().map(e -> Arguments.of(t, e)));
  }

  /** Backends compute these together with the product that comes before. */
  @ParameterizedTest
  @MethodSource("activationsAfterProducts")
  void anActivationOfAProductIsNoOther(
      Backends.Target target, Map.Entry<String, UnaryOperator<Node>> activation) {
    double[] x = {-INF, -1, 2, INF, NAN};
    double[] expected = of(target, activation.getValue(), x);
    UnaryOperator<Node> column = v -> Ops.reshape(v, Shape.of(x.length, 1));
    UnaryOperator<Node> matmul = v -> Ops.matmul(column.apply(v), one(v, 1, 1));
    assertThat(of(target, v -> activation.getValue().apply(matmul.apply(v)), x))
        .usingComparatorWithPrecision(1e-6)
        .containsExactly(expected);
    UnaryOperator<Node> picture = v -> Ops.reshape(v, Shape.of(1, 1, x.length, 1));
    UnaryOperator<Node> convolution =
        v -> Ops.conv2d(picture.apply(v), one(v, 1, 1, 1, 1), Window.of(1, 0));
    assertThat(of(target, v -> activation.getValue().apply(convolution.apply(v)), x))
        .usingComparatorWithPrecision(1e-6)
        .containsExactly(expected);
  }

  private static Node one(Node like, int... dims) {
    return like.graph().constant(1, Shape.of(dims));
  }

  @ParameterizedTest
  @MethodSource("backends")
  void clampingKeepsNaN(Backends.Target target) {
    assertThat(of(target, x -> Ops.clamp(x, -1, 2), -INF, -1, 0.5, 2, INF, NAN))
        .containsExactly(-1, -1, 0.5, 2, 2, NAN);
    assertThat(of(target, x -> Ops.clamp(x, 0, INF), -INF, -1, INF)).containsExactly(0, 0, INF);
  }

  @ParameterizedTest
  @MethodSource("backends")
  void erfEndsInOneAndKeepsNaNAndZero(Backends.Target target) {
    assertThat(of(target, Ops::erf, -INF, -10, -0.0, 0, 10, INF, NAN))
        .containsExactly(-1, -1, -0.0, 0, 1, 1, NAN);
  }

  @ParameterizedTest
  @MethodSource("backends")
  void aNaNIsUnequalToEverythingAndBelowNothing(Backends.Target target) {
    double[] a = {NAN, 1, NAN, INF, -0.0};
    double[] b = {NAN, NAN, 1, INF, 0};
    assertThat(of(target, Ops::equal, a, b)).containsExactly(0, 0, 0, 1, 1);
    assertThat(of(target, Ops::notEqual, a, b)).containsExactly(1, 1, 1, 0, 0);
    assertThat(of(target, Ops::less, a, b)).containsExactly(0, 0, 0, 0, 0);
    assertThat(of(target, Ops::greater, a, b)).containsExactly(0, 0, 0, 0, 0);
    assertThat(of(target, Ops::lessOrEqual, a, b)).containsExactly(0, 0, 0, 1, 1);
    assertThat(of(target, Ops::greaterOrEqual, a, b)).containsExactly(0, 0, 0, 1, 1);
  }

  @ParameterizedTest
  @MethodSource("backends")
  void masksFollowLogic(Backends.Target target) {
    double[] a = {0, 0, 1, 1};
    double[] b = {0, 1, 0, 1};
    assertThat(of(target, Ops::and, a, b)).containsExactly(0, 0, 0, 1);
    assertThat(of(target, Ops::or, a, b)).containsExactly(0, 1, 1, 1);
    assertThat(of(target, Ops::not, a)).containsExactly(1, 1, 0, 0);
  }

  @ParameterizedTest
  @MethodSource("backends")
  void aMinimumIsTheSmallestAndKeepsNaN(Backends.Target target) {
    assertThat(of(target, x -> Ops.min(x, false), 3, -INF, 2)).containsExactly(-INF);
    assertThat(of(target, x -> Ops.min(x, false), 3, NAN, 2)).containsExactly(NAN);
  }
}

package chladni.tests.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import chladni.engine.backend.Precision;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Node;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Product;
import chladni.engine.graph.Shape;
import chladni.engine.graph.Window;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What BF16 means, to the bit: operands of products are rounded and nothing else is. */
final class Bfloat16Test {
  private static final Backends.Target REFERENCE =
      new Backends.Target("reference", Precision.BF16);

  /** FP32 numbers and the bfloat16 that each rounds to. */
  private static final double[][] ROUNDED = {
    {1, 1},
    {1 + 0x1p-8, 1}, // a tie: the last bit is even
    {1 + 0x3p-8, 1 + 0x1p-6}, // a tie: up to even
    {1 + 0x1p-8 + 0x1p-20, 1 + 0x1p-7},
    {1 + 0x1p-8 - 0x1p-20, 1},
    {-1 - 0x3p-8, -1 - 0x1p-6},
    {2 - 0x1p-23, 2}, // into the next binade
    {3 * 0x1p-100 * (1 + 0x1p-9), 3 * 0x1p-100},
    {Float.MAX_VALUE, Double.POSITIVE_INFINITY},
    {Double.NEGATIVE_INFINITY, Double.NEGATIVE_INFINITY},
    {Double.NaN, Double.NaN},
  };

  static List<Backends.Target> inBf16() {
    return Backends.rounded().stream().filter(t -> t.precision() == Precision.BF16).toList();
  }

  /** On the stand-ins of cuda, which are slow, one row of each operation. */
  static Stream<Arguments> everyRowWithoutProducts() {
    return OpCases.all().stream()
        .filter(c -> !Derivatives.multiplies(c))
        .flatMap(
            c ->
                inBf16().stream()
                    .filter(t -> !t.name().equals("cuda") || OpCases.isFirstOfItsKind(c))
                    .map(target -> arguments(c, target)));
  }

  static Stream<Arguments> everyRowWithProductsOfGivenNumbers() {
    return OpCases.all().stream()
        .filter(Derivatives::multiplies)
        .filter(c -> nodes(c).stream().noneMatch(Bfloat16Test::followsAProduct))
        .flatMap(
            c ->
                inBf16().stream()
                    .filter(target -> !target.equals(REFERENCE))
                    .map(target -> arguments(c, target)));
  }

  private static List<Node> nodes(OpCase c) {
    Graph graph = new Graph();
    build(c).apply(graph);
    return graph.nodes();
  }

  /** The row as it stands, and its gradients if it has some. */
  private static Function<Graph, List<Node>> build(OpCase c) {
    return graph -> {
      List<Node> nodes = new ArrayList<>(Derivatives.first(c, graph));
      graph.nodes().stream()
          .filter(n -> c.op().isInstance(n.op()))
          .findFirst()
          .ifPresent(nodes::add);
      return nodes;
    };
  }

  private static List<double[]> run(OpCase c, Backends.Target target) {
    try (Probe probe = new Probe(target, build(c))) {
      return probe.at(Derivatives.point(c, probe.nodes().getFirst().graph()));
    }
  }

  private static boolean isProduct(Node node) {
    return node.op() instanceof Product;
  }

  /** Whether it is a product that has another one before it. */
  private static boolean followsAProduct(Node node) {
    Set<Node> before = new HashSet<>();
    before.add(node);
    for (Node n : node.graph().nodes().reversed()) {
      if (before.contains(n)) {
        before.addAll(n.inputs());
      }
    }
    before.remove(node);
    return isProduct(node) && before.stream().anyMatch(Bfloat16Test::isProduct);
  }

  @ParameterizedTest
  @MethodSource("inBf16")
  void operandsAreRoundedToNearestTiesToEven(Backends.Target target) {
    int n = ROUNDED.length;
    double[] values = new double[n];
    for (int i = 0; i < n; i++) {
      values[i] = ROUNDED[i][0];
    }
    try (Probe probe = new Probe(target, Bfloat16Test::timesOne)) {
      List<double[]> results = probe.at(Map.of("x", values, "one", new double[] {1}));
      for (int i = 0; i < n; i++) {
        Double rounded = ROUNDED[i][1]; // boxed, so that NaN equals itself
        assertThat(results.get(0)[i]).as("matmul by %s", values[i]).isEqualTo(rounded);
        assertThat(results.get(1)[i]).as("matmul of %s", values[i]).isEqualTo(rounded);
        assertThat(results.get(2)[i]).as("conv2d of %s", values[i]).isEqualTo(rounded);
        assertThat(results.get(3)[i]).as("tanh of %s", values[i]).isEqualTo(rounded);
      }
    }
  }

  private static List<Node> timesOne(Graph g) {
    int n = ROUNDED.length;
    Node x = g.input("x", Shape.of(n, 1));
    Node one = g.input("one", Shape.of(1, 1));
    Node picture = Ops.reshape(x, Shape.of(n, 1, 1, 1));
    Node weight = Ops.reshape(one, Shape.of(1, 1, 1, 1));
    return List.of(
        Ops.matmul(x, one),
        Ops.transpose(Ops.matmul(one, x, false, true)),
        Ops.conv2d(picture, weight, Window.of(1, 0)),
        Ops.matmul(Ops.scale(Ops.scale(x, 2), 0.5), one));
  }

  @ParameterizedTest(name = "{0} on {1}")
  @MethodSource("everyRowWithoutProducts")
  void whereNothingIsMultipliedBf16IsFp32(OpCase c, Backends.Target target) {
    List<double[]> single = run(c, new Backends.Target(target.name(), Precision.FP32));
    List<double[]> half = run(c, target);
    assertThat(half).hasSameSizeAs(single);
    for (int i = 0; i < half.size(); i++) {
      assertThat(half.get(i)).containsExactly(single.get(i));
    }
  }

  /**
   * Equal operands, exact products: what is left is the order of sums in 32 bits. Nothing to do
   * where no other backend has BF16.
   */
  @ParameterizedTest(name = "{0} on {1}", allowZeroInvocations = true)
  @MethodSource("everyRowWithProductsOfGivenNumbers")
  void roundsExactlyWhatTheReferenceRounds(OpCase c, Backends.Target target) {
    Tolerance tolerance = Tolerance.of(Precision.FP32, build(c), g -> Derivatives.point(c, g));
    List<double[]> expected = run(c, REFERENCE);
    List<double[]> actual = run(c, target);
    for (int i = 0; i < expected.size(); i++) {
      tolerance.check(c + " on " + target, actual.get(i), expected.get(i));
    }
  }
}

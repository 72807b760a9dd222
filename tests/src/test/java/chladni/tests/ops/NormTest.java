package chladni.tests.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import chladni.engine.GradCheck;
import chladni.engine.autodiff.Autodiff;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Node;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Shape;
import chladni.engine.graph.ShapeException;
import chladni.engine.graph.Variable;
import chladni.engine.nn.Initializers;
import chladni.engine.nn.Layers;
import chladni.engine.nn.Norms;
import chladni.engine.nn.Parameters;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The norms without batch statistics: which values share a mean, and their derivatives. */
final class NormTest {
  private static final Shape SHAPE = Shape.of(2, 6, 3, 2);
  private static final Layers.NormSpec RANDOM =
      new Layers.NormSpec(1e-3, Initializers.normal(1, 0.3), Initializers.normal(0, 0.3));

  static List<Backends.Target> backends() {
    return Backends.all();
  }

  /** A norm, and the part of SHAPE's elements that an element shares its statistics with. */
  record Row(String name, Function<Node, Node> norm, int consecutive) {
    @Override
    public String toString() {
      return name;
    }
  }

  static List<Row> rows() {
    return List.of(
        new Row("instance", x -> Norms.instanceNorm(x, 1e-3), 6),
        new Row("group of all", x -> Norms.groupNorm(x, 1, 1e-3), 36),
        new Row("three groups", x -> Norms.groupNorm(x, 3, 1e-3), 12),
        new Row("a group each", x -> Norms.groupNorm(x, 6, 1e-3), 6),
        new Row("layer of the last axis", x -> Norms.layerNorm(x, 1, 1e-3), 2),
        new Row("layer of planes", x -> Norms.layerNorm(x, 2, 1e-3), 6),
        new Row("layer of samples", x -> Norms.layerNorm(x, 3, 1e-3), 36),
        new Row("layer of everything", x -> Norms.layerNorm(x, 4, 1e-3), 72));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void everyPartHasItsOwnMeanAndVariance(Row row) {
    double[] x = IntStream.range(0, 72).mapToDouble(i -> Math.sin(i * i) + 0.1 * i).toArray();
    double[] expected = new double[72];
    int n = row.consecutive();
    for (int from = 0; from < 72; from += n) {
      double mean = 0;
      double variance = 0;
      for (int i = from; i < from + n; i++) {
        mean += x[i] / n;
      }
      for (int i = from; i < from + n; i++) {
        variance += (x[i] - mean) * (x[i] - mean) / n;
      }
      for (int i = from; i < from + n; i++) {
        expected[i] = (x[i] - mean) / Math.sqrt(variance + 1e-3);
      }
    }
    try (Probe probe =
        new Probe(
            Backends.EXACT, graph -> List.of(row.norm().apply(graph.input("x", SHAPE))))) {
      assertThat(probe.at(Map.of("x", x)).getFirst()).containsExactly(expected, within(1e-12));
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void aLargeOffsetDoesNotDrownTheVariance(Backends.Target target) {
    double[] x = new double[72];
    double[] expected = new double[72];
    for (int i = 0; i < 72; i++) {
      expected[i] = i % 2 == 0 ? 1 : -1;
      x[i] = 4096 + expected[i];
    }
    for (Row row : rows()) {
      // The mean of squares less the square of the mean would be off by 1 in FP32.
      try (Probe probe =
          new Probe(target, graph -> List.of(row.norm().apply(graph.input("x", SHAPE))))) {
        assertThat(probe.at(Map.of("x", x)).getFirst())
            .as(row.name())
            .containsExactly(expected, within(1e-3));
      }
    }
  }

  private static List<Function<Parameters, Node>> layers() {
    return List.of(
        p -> Layers.instanceNorm(p, "norm", x(p), RANDOM),
        p -> Layers.instanceNorm(p, "norm", x(p), Layers.NormSpec.PLAIN),
        p -> Layers.groupNorm(p, "norm", x(p), 2, RANDOM),
        p -> Layers.layerNorm(p, "norm", x(p), 1, RANDOM),
        p -> Layers.layerNorm(p, "norm", x(p), 3, RANDOM));
  }

  private static Node x(Parameters p) {
    return p.graph().input("x", SHAPE);
  }

  /** A sum of the outputs with weights of their own, since the plain sum of a norm is constant. */
  private static Node weighed(Node y) {
    return Ops.sum(Ops.mul(Ops.tanh(y), y.graph().input("cotangent", y.shape())));
  }

  @ParameterizedTest
  @MethodSource("layers")
  void theGradientIsTheSlope(Function<Parameters, Node> layer) {
    GradCheck.of(graph -> weighed(layer.apply(new Parameters(graph, "")))).run().orThrow();
  }

  @ParameterizedTest
  @MethodSource("layers")
  void theGradientOfAGradientPenaltyIsItsSlope(Function<Parameters, Node> layer) {
    GradCheck.of(
            graph -> {
              Node loss = weighed(layer.apply(new Parameters(graph, "")));
              Node x = graph.inputs().get("x");
              return Ops.sum(Ops.square(Autodiff.gradients(loss, List.of(x)).getFirst()));
            })
        .elementsPerTensor(24)
        .run()
        .orThrow();
  }

  @Test
  void weightsHavePyTorchsNamesAndShapes() {
    Graph graph = new Graph();
    Parameters p = new Parameters(graph, "net/");
    Node x = graph.input("x", SHAPE);
    Layers.instanceNorm(p, "plain", x, Layers.NormSpec.PLAIN);
    assertThat(p.all()).isEmpty();
    Layers.instanceNorm(p, "instance", x, Layers.NormSpec.AFFINE);
    Layers.groupNorm(p, "group", x, 2, Layers.NormSpec.AFFINE);
    Layers.layerNorm(p, "layer", x, 2, Layers.NormSpec.AFFINE);
    assertThat(p.trainable())
        .extracting(Variable::name, Variable::shape)
        .containsExactly(
            tuple("net/instance.weight", Shape.of(6)),
            tuple("net/instance.bias", Shape.of(6)),
            tuple("net/group.weight", Shape.of(6)),
            tuple("net/group.bias", Shape.of(6)),
            tuple("net/layer.weight", Shape.of(3, 2)),
            tuple("net/layer.bias", Shape.of(3, 2)));
  }

  @Test
  void whatCannotBeNormalisedIsNamed() {
    Graph graph = new Graph();
    Node x = graph.input("x", SHAPE);
    assertThatThrownBy(() -> Norms.groupNorm(x, 4, 1e-5))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("4 groups")
        .hasMessageContaining("a divisor of 6");
    assertThatThrownBy(() -> Norms.layerNorm(x, 5, 1e-5))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("1 to 4 axes");
    // The innermost level of a U-Net: with one value, its mean is itself and the rest is zero.
    Node single = graph.input("single", Shape.of(2, 512, 1, 1));
    assertThatThrownBy(() -> Norms.instanceNorm(single, 1e-5))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("(2,512,1,1)")
        .hasMessageContaining("Leave the norm out");
  }
}

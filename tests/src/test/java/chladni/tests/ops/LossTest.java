package chladni.tests.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import chladni.engine.autodiff.Autodiff;
import chladni.engine.graph.Graph;
import chladni.engine.graph.GraphException;
import chladni.engine.graph.Node;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Shape;
import chladni.engine.graph.ShapeException;
import chladni.engine.graph.TensorType;
import chladni.engine.loss.Losses;
import chladni.engine.loss.Terms;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.DoubleStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Losses in numbers that follow from their formulas, and where the formulas overflow. */
final class LossTest {
  private static final Offset<Double> EXACT = within(1e-12);

  static List<Backends.Target> backends() {
    return Backends.all();
  }

  private static double[] value(
      Backends.Target target, Map<String, double[]> at, Function<Graph, Node> build) {
    try (Probe probe = new Probe(target, graph -> List.of(build.apply(graph)))) {
      return probe.at(at).getFirst();
    }
  }

  private static double[] value(Map<String, double[]> at, Function<Graph, Node> build) {
    return value(Backends.EXACT, at, build);
  }

  /** The gradient of the sum of the terms by the input {@code x}. */
  private static Function<Graph, Node> gradient(Function<Graph, Node> terms) {
    return graph -> {
      Node sum = Ops.sum(terms.apply(graph));
      return Autodiff.gradients(sum, List.of(graph.inputs().get("x"))).getFirst();
    };
  }

  private static Function<Graph, Node> huber(double delta) {
    return g -> Terms.huber(g.input("x", Shape.of(7)), g.constant(0, Shape.of(7)), delta);
  }

  @Test
  void huberIsQuadraticNearZeroAndLinearBeyondDelta() {
    Map<String, double[]> at = Map.of("x", new double[] {-5, -2, -1, 0, 1, 2, 5});
    // delta 2: x^2 / 2 up to 2, then 2 (|x| - 1).
    assertThat(value(at, huber(2))).containsExactly(8, 2, 0.5, 0, 0.5, 2, 8);
    assertThat(value(at, gradient(huber(2)))).containsExactly(-2, -2, -1, 0, 1, 2, 2);
    // Also at 0, where |x| has no second derivative.
    Map<String, double[]> inside = Map.of("x", new double[] {-5, -3, -1, 0, 1, 3, 5});
    assertThat(value(inside, gradient(gradient(huber(2))))).containsExactly(0, 0, 1, 1, 1, 0, 0);
  }

  @Test
  void smoothL1HasSlopeOneBeyondBeta() {
    Map<String, double[]> at = Map.of("x", new double[] {3});
    Function<Graph, Node> loss =
        g -> Losses.smoothL1(g.input("x", Shape.of(1)), g.constant(0, Shape.of(1)), 0.5);
    assertThat(value(at, loss)[0]).isCloseTo(3 - 0.25, EXACT);
    assertThat(value(at, gradient(loss))[0]).isCloseTo(1, EXACT);
  }

  @Test
  void weightedCrossEntropyOfTwoClassesIsItsFormula() {
    double[] x = {-3, -0.5, 0, 0.7, 2, 4};
    double[] t = {0, 1, 0.25, 0.5, 0.9, 1};
    double[] w = {0.2, 1, 5};
    double[] expected = new double[6];
    double[] unweighted = new double[6];
    for (int i = 0; i < 6; i++) {
      double p = 1 / (1 + Math.exp(-x[i]));
      expected[i] = -(w[i % 3] * t[i] * Math.log(p) + (1 - t[i]) * Math.log(1 - p));
      unweighted[i] = -(t[i] * Math.log(p) + (1 - t[i]) * Math.log(1 - p));
    }
    Shape shape = Shape.of(2, 3);
    assertThat(
            value(
                Map.of("x", x, "t", t, "w", w),
                g ->
                    Terms.bceWithLogits(
                        g.input("x", shape), g.input("t", shape), g.input("w", Shape.of(3)))))
        .containsExactly(expected, EXACT);
    assertThat(
            value(
                Map.of("x", x, "t", t),
                g -> Terms.bceWithLogits(g.input("x", shape), g.input("t", shape))))
        .containsExactly(unweighted, EXACT);
  }

  @ParameterizedTest
  @MethodSource("backends")
  void logitsOfAThousandNeitherOverflowNorLoseTheSmallSide(Backends.Target target) {
    double[] x = {1000, 1000, -1000, -1000};
    double[] t = {1, 0, 1, 0};
    Map<String, double[]> at = Map.of("x", x, "t", t);
    Shape four = Shape.of(4);
    Function<Graph, Node> plain = g -> Terms.bceWithLogits(g.input("x", four), g.input("t", four));
    Function<Graph, Node> weighted =
        g -> Terms.bceWithLogits(g.input("x", four), g.input("t", four), g.constant(3));
    assertThat(value(target, at, plain)).containsExactly(0, 1000, 1000, 0);
    assertThat(value(target, at, gradient(plain))).containsExactly(0, 1, -1, 0);
    assertThat(value(target, at, weighted)).containsExactly(0, 1000, 3000, 0);
    assertThat(value(target, at, gradient(weighted))).containsExactly(0, 1, -3, 0);
    Shape rows = Shape.of(2, 2);
    Function<Graph, Node> classes =
        g ->
            Terms.crossEntropy(
                g.input("x", rows), g.input("labels", TensorType.ints(Shape.of(2))), 0);
    Map<String, double[]> logits =
        Map.of("x", new double[] {1e30, -1e30, 1e4, -1e4}, "labels", new double[] {0, 1});
    // Zeros of either sign.
    assertThat(value(target, logits, classes)).containsExactly(new double[] {0, 2e4}, within(0.0));
    assertThat(value(target, logits, gradient(classes))).containsExactly(0, 0, 1, -1);
  }

  @ParameterizedTest
  @MethodSource("backends")
  void aSmallWeightedLossKeepsItsDigits(Backends.Target target) {
    // softplus(x) - x would be 0 here: 30 has no digit left for 9e-14.
    double[] loss =
        value(
            target,
            Map.of("x", new double[] {30}),
            g -> {
              Node x = g.input("x", Shape.of(1));
              return Terms.bceWithLogits(x, g.constant(1, Shape.of(1)), g.constant(2));
            });
    assertThat(loss[0]).isCloseTo(2 * Math.exp(-30), within(1e-5 * Math.exp(-30)));
  }

  @Test
  void hingesStopAtTheirMargin() {
    Map<String, double[]> at =
        Map.of(
            "x", new double[] {-2, 0, 0.5, 1, 3, 0.4},
            "t", new double[] {1, 1, 1, 1, 1, -1});
    Shape six = Shape.of(6);
    Function<Graph, Node> hinge = g -> Terms.hinge(g.input("x", six), g.input("t", six), 1);
    assertThat(value(at, hinge)).containsExactly(new double[] {3, 1, 0.5, 0, 0, 1.4}, EXACT);
    Map<String, double[]> scores =
        Map.of("real", new double[] {2, 0}, "fake", new double[] {-3, 1, 0, -0.5});
    assertThat(
            value(
                scores,
                g ->
                    Losses.hingeDiscriminator(
                        g.input("real", Shape.of(2)), g.input("fake", Shape.of(4)))))
        .containsExactly((0 + 1) / 2.0 + (0 + 2 + 1 + 0.5) / 4);
    Map<String, double[]> fake = Map.of("fake", new double[] {-3, 1, 0, -0.5});
    assertThat(value(fake, g -> Losses.hingeGenerator(g.input("fake", Shape.of(4)))))
        .containsExactly(2.5 / 4);
  }

  private static final double[] LOGITS = {0.5, -1, 2, 0, 3, -2, 1, 1, 1, 0, 0.25, -0.5};

  private static double logSoftmax(double[] x, int row, int k, int classes) {
    double sum = 0;
    for (int j = 0; j < classes; j++) {
      sum += Math.exp(x[row * classes + j]);
    }
    return x[row * classes + k] - Math.log(sum);
  }

  @Test
  void smoothingSpreadsAPartOfTheTargetOverAllClasses() {
    int[] labels = {2, 0, -7, 1};
    double[] expected = new double[4];
    for (int row = 0; row < 4; row++) {
      for (int k = 0; k < 3 && labels[row] >= 0; k++) {
        double target = (k == labels[row] ? 0.7 : 0) + 0.3 / 3;
        expected[row] -= target * logSoftmax(LOGITS, row, k, 3);
      }
    }
    Map<String, double[]> at = Map.of("x", LOGITS, "labels", new double[] {2, 0, -7, 1});
    Function<Graph, Node> terms =
        g ->
            Terms.crossEntropy(
                g.input("x", Shape.of(4, 3)),
                g.input("labels", TensorType.ints(Shape.of(4))),
                0.3);
    assertThat(value(at, terms)).containsExactly(expected, EXACT);
    double sum = expected[0] + expected[1] + expected[3];
    assertThat(value(at, g -> Ops.mean(terms.apply(g)))[0]).isCloseTo(sum / 4, EXACT);
    assertThat(
            value(
                at,
                g -> {
                  Node all = terms.apply(g);
                  return Losses.meanWhere(all, Terms.labelled(g.inputs().get("labels"), 3));
                })[0])
        .isCloseTo(sum / 3, EXACT);
  }

  @Test
  void classesStandOnAxisOneOfAnyRank() {
    // The same rows, laid out as (1, 3, 2, 2): class by class.
    double[] planes = new double[12];
    for (int row = 0; row < 4; row++) {
      for (int k = 0; k < 3; k++) {
        planes[k * 4 + row] = LOGITS[row * 3 + k];
      }
    }
    double[] labels = {2, 0, 1, 1};
    double[] rows =
        value(
            Map.of("x", LOGITS, "labels", labels),
            g ->
                Terms.crossEntropy(
                    g.input("x", Shape.of(4, 3)),
                    g.input("labels", TensorType.ints(Shape.of(4))),
                    0));
    double[] places =
        value(
            Map.of("x", planes, "labels", labels),
            g ->
                Terms.crossEntropy(
                    g.input("x", Shape.of(1, 3, 2, 2)),
                    g.input("labels", TensorType.ints(Shape.of(1, 2, 2))),
                    0));
    assertThat(places).containsExactly(rows);
  }

  @ParameterizedTest
  @MethodSource("backends")
  void aMaskedTermDoesNotShowAndNoTermsAreZero(Backends.Target target) {
    Function<Graph, Node> mean =
        g ->
            Losses.meanWhere(
                g.input("terms", Shape.of(3)), g.input("mask", Shape.of(3)));
    double[] terms = {4, Double.NaN, 8};
    assertThat(value(target, Map.of("terms", terms, "mask", new double[] {1, 0, 1}), mean))
        .containsExactly(6);
    assertThat(value(target, Map.of("terms", terms, "mask", new double[3]), mean))
        .containsExactly(0);
  }

  @Test
  void theDivergenceIsZeroForEqualsAndBearsTargetsOfZero() {
    Map<String, double[]> at =
        Map.of("x", new double[] {1, 2, 3, 0, 0, 0}, "t", new double[] {1, 0, 0, 0.5, 0.5, 0});
    Function<Graph, Node> terms =
        g -> Terms.klDivergence(g.input("x", Shape.of(2, 3)), g.input("t", Shape.of(2, 3)));
    assertThat(value(at, terms))
        .containsExactly(
            new double[] {-logSoftmax(new double[] {1, 2, 3}, 0, 0, 3), Math.log(1.5)}, EXACT);
    double[] byTarget =
        value(
            at,
            g -> {
              Node sum = Ops.sum(terms.apply(g));
              return Autodiff.gradients(sum, List.of(g.inputs().get("t"))).getFirst();
            });
    assertThat(DoubleStream.of(byTarget)).allMatch(Double::isFinite);
    assertThat(
            value(
                Map.of("x", LOGITS),
                g -> {
                  Node x = g.input("x", Shape.of(4, 3));
                  return Terms.klDivergence(x, Ops.softmax(x));
                }))
        .containsExactly(new double[4], EXACT);
  }

  @ParameterizedTest
  @MethodSource("backends")
  void theCosineKnowsDirectionsOnlyAndBearsZeroVectors(Backends.Target target) {
    Map<String, double[]> at =
        Map.of(
            "x", new double[] {3, 0, 0, 2, 1, 1, 0, 0},
            "y", new double[] {5, 0, 7, 0, -2, -2, 1, 1});
    Function<Graph, Node> cosine =
        g ->
            Terms.cosineSimilarity(
                g.input("x", Shape.of(4, 2)), g.input("y", Shape.of(4, 2)), 1, 1e-8);
    Offset<Double> rounding = within(1e-6);
    assertThat(value(target, at, cosine)).containsExactly(new double[] {1, 0, -1, 0}, rounding);
    assertThat(DoubleStream.of(value(target, at, gradient(cosine)))).allMatch(Double::isFinite);
  }

  @Test
  void whatDoesNotFitIsNamed() {
    Graph g = new Graph();
    Node column = g.input("column", Shape.of(3, 1));
    Node row = g.input("row", Shape.of(3));
    // Broadcast, these would be a loss over 9 pairs.
    assertThatThrownBy(() -> Losses.mse(column, row))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("mse")
        .hasMessageContaining("(3,1)")
        .hasMessageContaining("(3)");
    assertThatThrownBy(() -> Losses.hinge(row, column, 1))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("hinge");
    assertThatThrownBy(() -> Losses.meanWhere(row, column))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("meanWhere");
    Node labels = g.input("labels", TensorType.ints(Shape.of(3, 1)));
    assertThatThrownBy(() -> Losses.crossEntropy(g.input("logits", Shape.of(3, 5)), labels))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("labels must be (3)")
        .hasMessageContaining("(3,1)");
    assertThatThrownBy(() -> Losses.softCrossEntropy(row, row))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("(N, K, ...)");
    assertThatThrownBy(() -> Losses.huber(row, row, 0))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("delta must be positive");
  }
}

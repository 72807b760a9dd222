package chladni.tests.ops;

import static org.assertj.core.api.Assertions.assertThat;

import chladni.engine.GradCheck;
import chladni.engine.autodiff.Autodiff;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Node;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Shape;
import chladni.engine.graph.TensorType;
import chladni.engine.loss.Losses;
import chladni.engine.loss.Terms;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Derivatives of the losses, and derivatives of those, by central differences. */
final class LossGradientTest {
  private static final Shape ROWS = Shape.of(3, 4);

  /**
   * A loss at a point.
   *
   * @param x its operand, which lies on both sides of each kink
   */
  record Row(String name, Function<Graph, Node> loss, double[] x, int... labels) {
    GradCheck check(Function<Graph, Node> of) {
      GradCheck check = GradCheck.of(of);
      if (x.length > 0) {
        check.input("x", x);
      }
      return labels.length > 0 ? check.labels("labels", labels) : check;
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private static Node x(Graph graph) {
    return graph.input("x", ROWS);
  }

  private static Node labels(Graph graph, int... dims) {
    return graph.input("labels", TensorType.ints(Shape.of(dims)));
  }

  /** Probabilities over axis 1 that a graph may differentiate by. */
  private static Node probabilities(Graph graph) {
    return Ops.softmax(graph.input("p", ROWS));
  }

  /** 1 and -1 in turns. */
  private static Node signs(Graph graph, Shape shape) {
    int n = Math.toIntExact(shape.elements());
    Node[] signs = new Node[n];
    for (int i = 0; i < n; i++) {
      signs[i] = graph.constant(i % 2 == 0 ? 1 : -1, Shape.of(1));
    }
    return Ops.reshape(Ops.concat(0, signs), shape);
  }

  static List<Row> rows() {
    double[] any = {};
    double[] aroundOne = {-3, -1.1, -0.9, -0.2, 0.2, 0.9, 1.1, 3, 0.99, 1.01, -1.01, -0.99};
    return List.of(
        new Row("l1", g -> Losses.l1(x(g), g.constant(0, ROWS)), aroundOne),
        new Row("mse", g -> Losses.mse(x(g), g.input("y", ROWS)), any),
        new Row("huber", g -> Losses.huber(x(g), g.constant(0, ROWS), 1), aroundOne),
        new Row("smooth l1", g -> Losses.smoothL1(x(g), g.input("y", ROWS), 0.3), any),
        new Row("bce, one target", g -> Losses.bceWithLogits(x(g), 0.25), aroundOne),
        new Row("bce", g -> Losses.bceWithLogits(x(g), Ops.sigmoid(g.input("t", ROWS))), aroundOne),
        new Row(
            "weighted bce",
            g ->
                Losses.bceWithLogits(
                    x(g), Ops.sigmoid(g.input("t", ROWS)), g.input("w", Shape.of(4))),
            aroundOne),
        new Row("hinge", g -> Losses.hinge(x(g), signs(g, ROWS), 1), aroundOne),
        new Row(
            "hinge of a discriminator",
            g -> Losses.hingeDiscriminator(x(g), g.input("fake", ROWS)),
            aroundOne),
        new Row("hinge of a generator", g -> Losses.hingeGenerator(x(g)), any),
        new Row(
            "cross-entropy", g -> Losses.crossEntropy(x(g), labels(g, 3)), aroundOne, 3, 0, 3),
        new Row(
            "smoothed cross-entropy, a row without a class",
            g -> Losses.crossEntropy(x(g), labels(g, 3), 0.2),
            aroundOne,
            2,
            -1,
            0),
        new Row(
            "cross-entropy over labelled places",
            g -> {
              Node logits = g.input("x", Shape.of(2, 3, 2, 2));
              Node labels = labels(g, 2, 2, 2);
              return Losses.meanWhere(
                  Terms.crossEntropy(logits, labels, 0.1), Terms.labelled(labels, 3));
            },
            any,
            0, 2, 9, 1, -1, 0, 2, 2),
        new Row(
            "soft cross-entropy", g -> Losses.softCrossEntropy(x(g), probabilities(g)), aroundOne),
        new Row("divergence", g -> Losses.klDivergence(x(g), probabilities(g)), aroundOne),
        new Row("cosine", g -> Losses.cosine(x(g), g.input("y", ROWS)), any),
        new Row(
            "cosine embedding",
            g -> Losses.cosineEmbedding(x(g), g.input("y", ROWS), signs(g, Shape.of(3)), 0.1),
            any));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void theGradientIsTheSlope(Row row) {
    GradCheck.Result result = row.check(row.loss()).run().orThrow();
    assertThat(Math.abs(result.worst().gradient())).as("a gradient to see").isPositive();
  }

  @ParameterizedTest
  @MethodSource("rows")
  void theGradientOfAGradientPenaltyIsItsSlope(Row row) {
    row.check(
            graph -> {
              Node loss = row.loss().apply(graph);
              Node x = graph.inputs().get("x");
              // The bend makes the penalty depend on x also where the loss is linear in it.
              Node slope = Autodiff.gradients(loss, List.of(x)).getFirst();
              return Ops.sum(Ops.square(Ops.add(slope, Ops.square(x))));
            })
        .run()
        .orThrow();
  }

  static List<Row> kinks() {
    double[] ones = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    return List.of(
        new Row("l1", g -> Losses.l1(x(g), g.constant(1, ROWS)), ones),
        new Row("hinge", g -> Losses.hinge(x(g), g.constant(1), 1), ones),
        new Row(
            "hinge of a discriminator",
            g -> Losses.hingeDiscriminator(x(g), g.constant(-5, ROWS)),
            ones));
  }

  @ParameterizedTest
  @MethodSource("kinks")
  void aKinkIsReportedAsOne(Row row) {
    GradCheck.Result result = row.check(row.loss()).run();
    assertThat(result.kinks()).extracting(GradCheck.Element::index).containsExactly(List.of(0, 0));
    assertThat(result.worst().error()).isLessThan(1e-6);
  }
}

package chladni.tests.plan;

import static org.assertj.core.api.Assertions.assertThat;

import chladni.engine.autodiff.Autodiff;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Node;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Shape;
import chladni.engine.graph.Variable;
import chladni.engine.nn.Initializers;
import chladni.engine.nn.Layers;
import chladni.engine.nn.Mode;
import chladni.engine.nn.Parameters;
import chladni.engine.optim.Adam;
import chladni.engine.optim.AdamW;
import chladni.engine.optim.Optimizer;
import chladni.engine.optim.Sgd;
import chladni.engine.plan.ElementwiseStep;
import chladni.engine.plan.OpStep;
import chladni.engine.plan.Place;
import chladni.engine.plan.Plan;
import chladni.engine.plan.Planner;
import chladni.engine.plan.ReductionStep;
import chladni.engine.plan.Step;
import java.util.List;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** How often compositions of many verbs walk over their data. */
final class FusedCompositionsTest {
  private static final Shape SHAPE = Shape.of(4, 24, 16, 16);

  /**
   * A norm with the walks that it takes: forward the mean, the variance and the result; backward
   * the two sums that the gradient needs, and the gradient. Weights outside the machinery of batch
   * normalisation take one more for their own two sums.
   */
  record Row(String name, BiFunction<Parameters, Node, Node> norm, int walks) {
    @Override
    public String toString() {
      return name;
    }
  }

  static List<Row> norms() {
    Layers.NormSpec plain = Layers.NormSpec.PLAIN;
    Layers.NormSpec affine = Layers.NormSpec.AFFINE;
    Mode training = new Mode(true, false, 1, null);
    var batch = Layers.BatchNormSpec.DEFAULT;
    return List.of(
        new Row("batch", (p, x) -> Layers.batchNorm(p, "n", x, training, batch), 5),
        new Row("instance", (p, x) -> Layers.instanceNorm(p, "n", x, plain), 5),
        new Row("instance affine", (p, x) -> Layers.instanceNorm(p, "n", x, affine), 5),
        new Row("group", (p, x) -> Layers.groupNorm(p, "n", x, 6, plain), 5),
        new Row("group affine", (p, x) -> Layers.groupNorm(p, "n", x, 6, affine), 6),
        new Row("layer", (p, x) -> Layers.layerNorm(p, "n", x, 1, plain), 5),
        new Row("layer affine", (p, x) -> Layers.layerNorm(p, "n", x, 1, affine), 6));
  }

  @ParameterizedTest
  @MethodSource("norms")
  void aNormAndItsActivationWalkOverTheirDataAFewTimes(Row row) {
    Graph graph = new Graph();
    Parameters p = new Parameters(graph, "");
    Node x = graph.input("x", SHAPE);
    Node y = graph.output("y", Ops.relu(row.norm().apply(p, x)));
    List<Node> wrt =
        Stream.concat(Stream.of(x), p.trainable().stream().map(graph::read)).toList();
    List<Node> gradients = Autodiff.gradients(y, graph.input("cotangent", SHAPE), wrt);
    for (int i = 0; i < gradients.size(); i++) {
      graph.output("gradient" + i, gradients.get(i));
    }
    Plan plan = Planner.plan(graph);
    PlanChecks.check(plan);
    assertThat(plan.steps()).noneMatch(OpStep.class::isInstance);
    assertThat(plan.steps().stream().filter(s -> points(s) >= SHAPE.elements()))
        .as("walks over all elements")
        .hasSize(row.walks());
  }

  private static long points(Step step) {
    int[] space =
        switch (step) {
          case ElementwiseStep s -> s.space();
          case ReductionStep s -> s.space();
          default -> new int[0];
        };
    long points = 1;
    for (int extent : space) {
      points *= extent;
    }
    return points;
  }

  @Test
  void anOptimizerMovesAWeightAndItsStateInOneWalk() {
    assertThat(written(new Adam("adam", 0.9, 0.999, 1e-8, 0.1))).containsExactly("w", "w#m", "w#v");
    assertThat(written(AdamW.standard("adamw"))).containsExactly("w", "w#m", "w#v");
    assertThat(written(Sgd.plain())).containsExactly("w");
    assertThat(written(new Sgd(0.9, false, 0))).containsExactly("w", "w#velocity");
    assertThat(written(new Sgd(0.9, true, 0.1))).containsExactly("w", "w#velocity");
  }

  /** The variables that the one step of the size of the weight writes in place. */
  private static List<String> written(Optimizer optimizer) {
    Graph graph = new Graph();
    Variable w = Variable.trainable("w", SHAPE, Initializers.zeros());
    optimizer.update(
        List.of(w),
        List.of(graph.input("gradient", SHAPE)),
        graph.input("lr", Shape.SCALAR),
        graph.input("go", Shape.SCALAR));
    Plan plan = Planner.plan(graph);
    PlanChecks.check(plan);
    List<Step> walks =
        plan.steps().stream().filter(s -> points(s) >= SHAPE.elements()).toList();
    assertThat(walks).hasSize(1);
    return walks.getFirst().writes().stream()
        .map(b -> b.root().place() instanceof Place.OfVariable(String name) ? name : "a copy")
        .sorted()
        .toList();
  }
}

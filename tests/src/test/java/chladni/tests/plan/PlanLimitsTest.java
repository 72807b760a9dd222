package chladni.tests.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chladni.engine.autodiff.Autodiff;
import chladni.engine.error.PlanException;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Node;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Shape;
import chladni.engine.graph.Variable;
import chladni.engine.nn.Initializers;
import chladni.engine.plan.ElementwiseStep;
import chladni.engine.plan.MemoryPlan;
import chladni.engine.plan.Place;
import chladni.engine.plan.Plan;
import chladni.engine.plan.Planner;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class PlanLimitsTest {
  @Test
  void manyOperandsAreAddedInSeveralKernels() {
    Graph graph = new Graph();
    Node sum = graph.input("x0", Shape.of(3, 5));
    for (int i = 1; i < 50; i++) {
      sum = Ops.add(sum, graph.input("x" + i, Shape.of(3, 5)));
    }
    graph.output("sum", sum);
    assertThat(Twin.agrees(graph, 1, 1).steps()).hasSizeBetween(4, 6);
  }

  @Test
  void aLongChainIsCut() {
    Graph graph = new Graph();
    Node y = graph.input("x", Shape.of(4, 33));
    for (int i = 0; i < 120; i++) {
      y = Ops.leakyRelu(Ops.shift(y, 0.01 * i - 0.5), 0.9);
    }
    graph.output("y", y);
    assertThat(Twin.agrees(graph, 1, 2).steps()).hasSizeBetween(5, 8);
  }

  @Test
  void aTreeOfSharedValuesIsNotExpanded() {
    Graph graph = new Graph();
    Node y = graph.input("x", Shape.of(7));
    for (int i = 0; i < 40; i++) {
      y = Ops.mul(Ops.scale(y, 0.5), Ops.shift(y, 1));
    }
    graph.output("y", y);
    Twin.agrees(graph, 1, 3);
  }

  @Test
  void pixelShuffleGoesThroughSixAxes() {
    Graph graph = new Graph();
    Node x = graph.input("x", Shape.of(2, 12, 3, 5));
    Node split = Ops.reshape(Ops.tanh(x), Shape.of(2, 3, 2, 2, 3, 5));
    Node woven = Ops.transpose(split, 0, 1, 4, 2, 5, 3);
    graph.output("y", Ops.upsampleNearest2d(Ops.reshape(woven, Shape.of(2, 3, 6, 10)), 2));
    Twin.agrees(graph, 1, 4);
  }

  @Test
  void tooManyAxesAreRefused() {
    Graph graph = new Graph();
    Node x = graph.input("x", Shape.of(2, 3, 2, 3, 2, 3, 2));
    graph.output("y", Ops.transpose(x));
    assertThatThrownBy(() -> Planner.plan(graph))
        .isInstanceOf(PlanException.class)
        .hasMessageContaining("at most 6 axes, got 7");
  }

  @Test
  void zerosAndOnesVanish() {
    Graph graph = new Graph();
    Node x = graph.input("x", Shape.of(9));
    Node ones = graph.constant(1, Shape.of(9));
    Node y = Ops.add(Ops.mul(x, ones), Ops.scale(Ops.zerosLike(x), 3));
    Node unused = Ops.exp(x);
    graph.output("y", Ops.tanh(Ops.sub(y, Ops.zerosLike(y))));
    graph.output("folded", Ops.sqrt(Ops.sum(ones)));
    Plan plan = Twin.agrees(graph, 1, 5);
    List<ElementwiseStep> kernels = new ArrayList<>();
    plan.steps().forEach(s -> kernels.add((ElementwiseStep) s));
    assertThat(kernels.stream().mapToInt(k -> k.instrs().size()).sum()).isEqualTo(1);
    assertThat(unused.id()).isPositive();
  }

  @Test
  void timesZeroKeepsNotANumber() {
    Graph graph = new Graph();
    Node x = graph.input("x", Shape.of(9));
    graph.output("y", Ops.mul(Ops.log(x), Ops.zerosLike(x)));
    Twin.agrees(graph, 1, 6);
  }

  @Test
  void aResultTakesThePlaceOfAnOperandThatEnds() {
    Graph graph = new Graph();
    Node x = graph.input("x", Shape.of(32, 32));
    Node y = Ops.matmul(x, x);
    Node z = Ops.matmul(Ops.add(Ops.exp(y), Ops.matmul(y, x)), x);
    graph.output("z", Ops.sum(z));
    Plan plan = Twin.agrees(graph, 2, 7);
    MemoryPlan memory = plan.memory(b -> 4 * b.type().shape().elements());
    assertThat(memory.bytes()).isEqualTo(2 * 4 * 32 * 32);
  }

  @Test
  void theGradientsOfSlicesComeTogetherWithoutZeros() {
    Graph graph = new Graph();
    Node x = graph.input("x", Shape.of(4, 6));
    Node w = graph.read(Variable.trainable("w", Shape.of(6, 6), Initializers.normal(0, 1)));
    Node y = Ops.matmul(x, w);
    Node loss =
        Ops.add(Ops.sum(Ops.tanh(Ops.slice(y, 0, 0, 2))), Ops.sum(Ops.exp(Ops.slice(y, 0, 2, 4))));
    graph.output("dw", Autodiff.gradients(loss, List.of(w)).get(0));
    Plan plan = Twin.agrees(graph, 1, 8);
    // One buffer for y, one for its gradient, filled by halves.
    long arena =
        plan.steps().stream()
            .flatMap(s -> s.writes().stream())
            .filter(b -> b.place() instanceof Place.Arena)
            .distinct()
            .count();
    assertThat(arena).isEqualTo(2);
  }
}

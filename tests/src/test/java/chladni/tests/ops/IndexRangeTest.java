package chladni.tests.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chladni.engine.backend.Program;
import chladni.engine.backend.ProgramException;
import chladni.engine.backend.Store;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Node;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Shape;
import chladni.engine.graph.ShapeException;
import chladni.engine.graph.TensorType;
import java.util.List;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Which indices a program takes, and what those do that were computed in it. */
final class IndexRangeTest {
  static List<Backends.Target> backends() {
    return Backends.all();
  }

  /** A program of x (2, 4) and indices (2) takes those below the extent and refuses others. */
  private static void refuses(
      Backends.Target target, BiFunction<Node, Node, Node> f, int extent, String... words) {
    Graph graph = new Graph();
    Node x = graph.input("x", Shape.of(2, 4));
    Node at = graph.input("at", TensorType.ints(Shape.of(2)));
    try (Graph.Scope _ = graph.scope("embedding")) {
      graph.output("y", f.apply(x, at));
    }
    try (Store store = target.backend().newStore(1, target.precision());
        Program program = target.backend().compile(graph, store, target.precision())) {
      for (int bad : new int[] {-1, extent, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
        assertThatThrownBy(() -> program.write("at", new int[] {0, bad}))
            .isInstanceOf(ProgramException.class)
            .hasMessageContaining("'at'")
            .hasMessageContaining("'embedding'")
            .hasMessageContaining("from 0 to " + (extent - 1))
            .hasMessageContaining("got " + bad + " at 1")
            .hasMessageContainingAll(words);
      }
      program.write("x", new float[8]);
      assertThatCode(() -> program.write("at", new int[] {0, extent - 1}))
          .doesNotThrowAnyException();
      program.run();
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void writtenIndicesMustExist(Backends.Target target) {
    refuses(target, (x, at) -> Ops.gather(x, at, 1), 4, "gather", "axis 1");
    refuses(target, (x, at) -> Ops.scatterAdd(x, at, 0, 5), 5, "scatterAdd", "axis 0");
    refuses(
        target,
        (x, at) -> Ops.gatherAlong(Ops.reshape(x, Shape.of(8)), at, 0),
        8,
        "gatherAlong",
        "axis 0");
    refuses(
        target,
        (x, at) -> Ops.scatterAddAlong(Ops.sum(x, false, 1), at, 0, 3),
        3,
        "scatterAddAlong",
        "axis 0");
  }

  @ParameterizedTest
  @MethodSource("backends")
  void theShortestAxisDecides(Backends.Target target) {
    refuses(
        target,
        (x, at) -> Ops.add(Ops.gather(x, at, 1), Ops.gather(Ops.slice(x, 1, 0, 3), at, 1)),
        3,
        "gather");
  }

  @ParameterizedTest
  @MethodSource("backends")
  void otherIntegersAreFree(Backends.Target target) {
    Graph graph = new Graph();
    Node labels = graph.input("labels", TensorType.ints(Shape.of(2)));
    graph.output("y", Ops.oneHot(labels, 2));
    try (Store store = target.backend().newStore(1, target.precision());
        Program program = target.backend().compile(graph, store, target.precision())) {
      program.write("labels", new int[] {-7, 7});
      program.run();
      assertThat(program.read("y")).containsOnly(0);
    }
  }

  @Test
  void operandsThatDoNotFitAreNamed() {
    Graph graph = new Graph();
    Node x = graph.input("x", Shape.of(3, 4));
    Node at = graph.input("at", TensorType.ints(Shape.of(2)));
    Node wide = graph.input("wide", TensorType.ints(Shape.of(2, 5)));
    assertThatThrownBy(() -> Ops.gather(x, x, 0))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("gather")
        .hasMessageContaining("INT32 indices, got FLOAT");
    assertThatThrownBy(() -> Ops.gatherAlong(x, wide, 0))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("outside axis 0")
        .hasMessageContaining("(2,5)");
    assertThatThrownBy(() -> Ops.scatterAdd(x, at, 0, 7))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("from axis 0 on")
        .hasMessageContaining("(2)");
    assertThatThrownBy(() -> Ops.topK(x, 1, 5))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("got 5 for (3,4)");
    assertThat(graph.nodes()).hasSize(3);
  }
}

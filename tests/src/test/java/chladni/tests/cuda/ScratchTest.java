package chladni.tests.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import chladni.engine.Engine;
import chladni.engine.backend.Program;
import chladni.engine.backend.Store;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Node;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Shape;
import chladni.engine.graph.Variable;
import chladni.engine.graph.Window;
import chladni.engine.nn.Initializers;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Steps run one after the other and work in the same memory. */
final class ScratchTest {
  private static final Shape PICTURES = Shape.of(1, 256, 4, 4);
  private static final Shape WEIGHT = Shape.of(256, 256, 3, 3);

  @AutoClose private static final Engine ENGINE = Engine.open("cuda");

  /** Each of these convolutions adds parts of its sums in a MiB of scratch memory. */
  private static Graph convolutions(int count) {
    Graph graph = new Graph();
    Node y = graph.input("x", PICTURES);
    for (int i = 0; i < count; i++) {
      Variable weight = Variable.trainable("w" + i, WEIGHT, Initializers.normal(0, 0.05));
      y = Ops.conv2d(y, graph.read(weight), Window.of(1, 1));
    }
    graph.output("y", y);
    return graph;
  }

  private static long scratch(int convolutions) {
    try (Store store = ENGINE.newStore(1);
        Program program = ENGINE.compile(convolutions(convolutions), store)) {
      return program.listing().memory().scratch();
    }
  }

  /** Small tables of taps and counters that stand for the next run are each step's own. */
  @Test
  void fourStepsWorkInTheMemoryOfOne() {
    long one = scratch(1);
    assertThat(one).isGreaterThan(500 << 10);
    assertThat(scratch(4)).isBetween(one, one + one / 10);
  }
}

package chladni.tests.plan;

import chladni.engine.autodiff.Autodiff;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Node;
import chladni.engine.graph.Ops;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RandomPlansTest {
  private static final int EACH = 60;

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9})
  void randomGraphsAgreeWithTheReference(int block) {
    for (int i = 0; i < EACH; i++) {
      long seed = block * EACH + i;
      named(seed, () -> Twin.agrees(RandomGraphs.draw(seed), 2, seed));
    }
  }

  /** Gradients bring slices and pads of one tensor together, and broadcasts into sums. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4})
  void theirGradientsAgreeWithTheReference(int block) {
    for (int i = 0; i < EACH; i++) {
      long seed = 10_000 + block * EACH + i;
      named(
          seed,
          () -> {
            Graph graph = RandomGraphs.draw(seed);
            Node loss = Ops.mean(Ops.tanh(graph.outputs().get("last")));
            List<Node> inputs = List.copyOf(graph.inputs().values());
            List<Node> gradients = Autodiff.gradients(loss, inputs);
            for (int g = 0; g < gradients.size(); g++) {
              graph.output("d" + g, gradients.get(g));
            }
            Twin.agrees(graph, 2, seed);
          });
    }
  }

  private static void named(long seed, Runnable check) {
    try {
      check.run();
    } catch (RuntimeException | AssertionError e) {
      throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
    }
  }
}

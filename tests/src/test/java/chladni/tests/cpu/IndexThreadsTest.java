package chladni.tests.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import chladni.engine.Engine;
import chladni.engine.backend.BackendOptions;
import chladni.engine.backend.Program;
import chladni.engine.backend.Store;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Node;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Shape;
import chladni.engine.graph.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Operations with indices, large enough for threads: their number does not show in the bits. */
final class IndexThreadsTest {
  private static final int ROWS = 1021;
  private static final int COLUMNS = 131;
  private static final int EXTENT = 7;

  @Test
  void anyNumberOfThreadsGivesTheSameBits() {
    List<float[]> one = results(1);
    assertThat(one).hasSize(6).allSatisfy(values -> assertThat(values).isNotEmpty());
    for (int threads : new int[] {2, 3}) {
      List<float[]> more = results(threads);
      for (int i = 0; i < one.size(); i++) {
        assertThat(more.get(i)).as("result %d, %d threads", i, threads).isEqualTo(one.get(i));
      }
    }
  }

  private static List<float[]> results(int threads) {
    Graph graph = new Graph();
    Node x = graph.input("x", Shape.of(ROWS, COLUMNS));
    Node at = graph.input("at", TensorType.ints(Shape.of(ROWS)));
    Node each = graph.input("each", TensorType.ints(Shape.of(ROWS, COLUMNS)));
    // About 150 terms meet in each sum, so that another order would round otherwise.
    Node sums = Ops.scatterAdd(x, at, 0, EXTENT);
    List<Node> outputs =
        List.of(
            sums,
            Ops.scatterAddAlong(x, each, 0, EXTENT),
            Ops.gather(sums, at, 0),
            Ops.gatherAlong(sums, each, 0),
            Ops.toFloat(Ops.argMax(x, 0, false)),
            Ops.topK(x, 1, 5).values());
    for (int i = 0; i < outputs.size(); i++) {
      graph.output("y" + i, outputs.get(i));
    }
    SplittableRandom random = new SplittableRandom(7);
    try (Engine engine = Engine.open("cpu", new BackendOptions(threads));
        Store store = engine.newStore(1);
        Program program = engine.compile(graph, store)) {
      float[] values = new float[ROWS * COLUMNS];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) random.nextDouble(-1, 1);
      }
      program.write("x", values);
      program.write("at", random.ints(ROWS, 0, EXTENT).toArray());
      program.write("each", random.ints(ROWS * COLUMNS, 0, EXTENT).toArray());
      program.run();
      List<float[]> results = new ArrayList<>();
      for (int i = 0; i < outputs.size(); i++) {
        results.add(program.read("y" + i));
      }
      return results;
    }
  }
}

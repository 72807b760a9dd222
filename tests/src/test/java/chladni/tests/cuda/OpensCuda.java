package chladni.tests.cuda;

import chladni.engine.Engine;
import chladni.engine.backend.Program;
import chladni.engine.backend.Store;
import chladni.engine.error.EngineException;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Shape;
import java.util.Arrays;

/** In a process of its own: opens the CUDA backend, multiplies two matrices and says what came. */
final class OpensCuda {
  private OpensCuda() {}

  public static void main(String[] arguments) {
    Graph graph = new Graph();
    graph.output(
        "c", Ops.matmul(graph.input("a", Shape.of(1, 2)), graph.input("b", Shape.of(2, 3))));
    try (Engine engine = Engine.open("cuda");
        Store store = engine.newStore(1);
        Program program = engine.compile(graph, store)) {
      System.out.println("opened: " + engine.description());
      program.write("a", new float[] {1, 2});
      program.write("b", new float[] {1, 2, 3, 4, 5, 6});
      program.run();
      System.out.println("product: " + Arrays.toString(program.read("c")));
    } catch (EngineException e) {
      System.out.println(e.getClass().getSimpleName() + ": " + e.getMessage());
    }
  }
}

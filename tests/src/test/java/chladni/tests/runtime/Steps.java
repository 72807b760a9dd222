package chladni.tests.runtime;

import chladni.engine.Engine;
import chladni.engine.backend.BackendOptions;
import chladni.engine.backend.Program;
import chladni.engine.backend.Store;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Node;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Shape;
import chladni.engine.loss.Losses;
import chladni.engine.nn.Layers;
import chladni.engine.nn.Parameters;
import chladni.engine.optim.Adam;

/** One small net that is trained for a very long time: tests/soak/steps. */
final class Steps {
  private static final int BATCH = 16;

  private Steps() {}

  /**
   * @param args how many steps, and how often to look
   */
  public static void main(String[] args) {
    int count = Integer.parseInt(args[0]);
    int every = Integer.parseInt(args[1]);
    Graph graph = new Graph();
    Node x = graph.input("x", Shape.of(BATCH, 8));
    Parameters p = new Parameters(graph, "net/");
    Node hidden = Ops.tanh(Layers.linear(p, "hidden", x, 32));
    Node guess = Layers.linear(p, "out", hidden, 1);
    Node loss = graph.output("loss", Losses.mse(guess, graph.input("y", Shape.of(BATCH, 1))));
    Adam.standard("adam").minimize(loss, graph.constant(1e-3), p.trainable());
    Flatness flatness = new Flatness("steps");
    try (Engine engine = Engine.open("cpu", BackendOptions.DEFAULT);
        Store store = engine.newStore(1);
        Program step = engine.compile(graph, store)) {
      float[] xs = SmallGan.random(BATCH * 8, 1);
      float[] ys = SmallGan.random(BATCH, 2);
      for (int done = 0; done < count; done += every) {
        long start = System.nanoTime();
        double last = 0;
        for (int i = 0; i < every; i++) {
          step.write("x", xs);
          step.write("y", ys);
          step.run();
          last = step.scalar("loss");
        }
        if (!Double.isFinite(last)) {
          throw new AssertionError("the loss became " + last);
        }
        flatness.look(done + every, (System.nanoTime() - start) / 1e6 / every);
      }
    }
    flatness.verdict();
  }
}

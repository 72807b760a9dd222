package chladni.tests.runtime;

import chladni.engine.Engine;
import chladni.engine.backend.BackendOptions;
import chladni.engine.backend.Program;
import chladni.engine.backend.Store;
import chladni.engine.error.EngineException;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Node;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Shape;
import chladni.engine.graph.Window;
import chladni.engine.loss.Losses;
import chladni.engine.nn.Initializers;
import chladni.engine.nn.Layers;
import chladni.engine.nn.Parameters;
import chladni.engine.optim.Adam;
import java.util.function.Supplier;

/**
 * Compiles and trains while the N-th native allocation fails, for every N there is, on one engine:
 * each time the work succeeds or ends in a typed exception, and the same work right after it gives
 * the bits that it gave before. For a JVM with the probe in front; all that there is of it under
 * tests/soak/refusals.
 */
final class Refusals {
  private static final String LIBRARIES = "java,libchladni_cpu,libdnnl,libstdc++";

  private Refusals() {}

  /**
   * Prints how many allocations were refused and the blocks that are left, of Java and of native code,
   * when all is closed.
   *
   * @param args whether there is a transposed convolution among the layers, for which oneDNN tries
   *     many implementations
   */
  public static void main(String[] args) throws InterruptedException {
    boolean transposed = Boolean.parseBoolean(args[0]);
    try (Engine engine = open()) {
      train(engine, transposed);
    }
    AllocationProbe probe = new AllocationProbe(LIBRARIES);
    long refused =
        refuseEach(
            probe,
            () -> {
              try (Engine engine = open()) {
                return (double) engine.backend().threads();
              }
            });
    // oneDNN loses a block when it is refused while it makes an engine: followed from here on.
    probe.track();
    try (Engine engine = open()) {
      refused += refuseEach(probe, () -> train(engine, transposed));
      if (engine.openResources().size() != 1) {
        throw new AssertionError("left open: " + engine.openResources());
      }
    }
    Thread.sleep(500); // The engines' threads end, and what they kept goes with them.
    System.out.printf(
        "%d refused; left: %d of Java, %d native",
        refused, probe.alive(0), probe.alive(1) + probe.alive(2) + probe.alive(3));
  }

  private static Engine open() {
    return Engine.open("cpu", new BackendOptions(1));
  }

  /** The number of allocations in the work, each of which was refused once. */
  private static long refuseEach(AllocationProbe probe, Supplier<Double> work) {
    double expected = work.get();
    for (long n = 1; ; n++) {
      probe.startRefusing(n);
      boolean failed = false;
      try {
        check(n, work.get(), expected);
      } catch (EngineException e) {
        failed = true;
        if (!e.engineUsable()) {
          throw new AssertionError("allocation %d: the engine is lost".formatted(n), e);
        }
      }
      if (probe.stop() < n) {
        return n - 1;
      }
      check(n, work.get(), expected);
      if (!failed && n == 1) {
        throw new AssertionError("the first allocation was refused and nobody noticed");
      }
    }
  }

  private static void check(long n, double actual, double expected) {
    if (actual != expected) {
      throw new AssertionError("allocation %d: got %s, not %s".formatted(n, actual, expected));
    }
  }

  private static double train(Engine engine, boolean transposed) {
    Graph g = new Graph();
    Node x = g.input("x", Shape.of(2, 3, 8, 8));
    Parameters p = new Parameters(g, "net/");
    Layers.Init init = new Layers.Init(Initializers.normal(0, 0.1), Initializers.zeros());
    Node h = Layers.conv2d(p, "conv", x, 16, 4, 4, Window.of(2, 1), init);
    if (transposed) {
      h = Layers.convTranspose2d(p, "up", Ops.leakyRelu(h, 0.2), 8, 4, 4, Window.of(2, 1), init);
    }
    h = Ops.maxPool2d(Ops.tanh(h), 2, 2, Window.of(2, 0));
    h = Layers.linear(p, "fc", Ops.flatten(h), 2, init);
    Node loss = g.output("loss", Losses.mse(h, g.input("y", Shape.of(2, 2))));
    Adam.standard("adam").minimize(loss, g.constant(1e-3), p.trainable());
    try (Store store = engine.newStore(3);
        Program step = engine.compile(g, store)) {
      step.write("x", SmallGan.random(2 * 3 * 8 * 8, 5));
      step.write("y", SmallGan.random(4, 6));
      step.run();
      step.run();
      return step.scalar("loss") + store.floats("net/conv.weight")[7];
    }
  }
}

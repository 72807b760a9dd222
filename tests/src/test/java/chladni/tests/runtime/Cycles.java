package chladni.tests.runtime;

import chladni.engine.Engine;
import chladni.engine.backend.BackendOptions;
import chladni.engine.backend.Program;
import chladni.engine.backend.Store;
import chladni.engine.graph.CustomOp;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Node;
import chladni.engine.graph.Operands;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Shape;
import chladni.engine.graph.TensorType;
import chladni.engine.graph.Variable;
import chladni.engine.graph.Window;
import chladni.engine.loss.Losses;
import chladni.engine.nn.Initializers;
import chladni.engine.nn.Layers;
import chladni.engine.nn.Parameters;
import chladni.engine.optim.Adam;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Engines that are opened, train a little, infer and are closed, over and over on four threads: what
 * the process holds must not grow. The long form is tests/soak/cycles.
 */
final class Cycles {
  private static final int THREADS = 4;

  /** Elements of a variable and of a tensor that only make an engine heavier. */
  private final int bulk;

  private final AtomicLong number = new AtomicLong();

  Cycles(int bulk) {
    this.bulk = bulk;
  }

  /** One life of an engine; fails when it does not learn. */
  private void cycle(long number) {
    Graph training = new Graph();
    Node x = training.input("x", Shape.of(4, 3, 16, 16));
    Parameters p = new Parameters(training, "net/");
    Node loss = Losses.mse(net(p, x), training.input("y", Shape.of(4, 2)));
    training.output("loss", loss);
    Adam.standard("adam").minimize(loss, training.constant(1e-4), p.trainable());
    Graph inference = new Graph();
    Node one = inference.input("x", Shape.of(1, 3, 16, 16));
    inference.output("y", net(new Parameters(inference, "net/"), one));
    Variable weights = Variable.state("bulk", Shape.of(bulk), Initializers.constant(0.5));
    inference.output("sum", Ops.sum(Ops.custom(new Doubled(), inference.read(weights))));
    try (Engine engine = Engine.open("cpu", new BackendOptions(1 + (int) (number % 2)));
        Store store = engine.newStore(3);
        Program step = engine.compile(training, store);
        Program infer = engine.compile(inference, store)) {
      step.write("x", SmallGan.random(4 * 3 * 16 * 16, 5));
      step.write("y", SmallGan.random(8, 6));
      step.run();
      double first = step.scalar("loss");
      step.run();
      if (!(step.scalar("loss") < first)) {
        throw new AssertionError(
            "cycle %d: the loss went from %s to %s"
                .formatted(number, first, step.scalar("loss")));
      }
      infer.write("x", SmallGan.random(3 * 16 * 16, 7));
      infer.run();
      if (infer.scalar("sum") != bulk || !Float.isFinite(infer.read("y")[0])) {
        throw new AssertionError("cycle %d: sum %s".formatted(number, infer.scalar("sum")));
      }
    }
  }

  /** A convolution, a transposed one that is packed, a custom operation, a linear layer. */
  private static Node net(Parameters p, Node x) {
    Layers.Init init = new Layers.Init(Initializers.normal(0, 0.1), Initializers.zeros());
    Node h = Layers.conv2d(p, "conv", x, 16, 4, 4, Window.of(2, 1), init);
    h = Layers.convTranspose2d(p, "up", Ops.leakyRelu(h, 0.2), 8, 4, 4, Window.of(2, 1), init);
    h = Ops.custom(new Doubled(), Ops.maxPool2d(Ops.tanh(h), 2, 2, Window.of(2, 0)));
    return Layers.linear(p, "fc", Ops.flatten(h), 2, init);
  }

  private record Doubled() implements CustomOp {
    @Override
    public TensorType infer(Operands in) {
      return in.elementwise(1);
    }

    @Override
    public List<Node> vjp(Node out, Node dOut) {
      return List.of(Ops.scale(dOut, 2));
    }

    @Override
    public void compute(List<Values> in, Result out) {
      for (long i = 0; i < out.size(); i++) {
        out.set(i, 2 * in.get(0).get(i));
      }
    }
  }

  /** Lives {@code count} times on four threads, which end before it returns. */
  void run(int count) throws InterruptedException, ExecutionException {
    List<Future<?>> running = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
      for (int i = 0; i < count; i++) {
        running.add(threads.submit(() -> cycle(number.getAndIncrement())));
      }
    }
    for (Future<?> future : running) {
      future.get();
    }
  }

  /**
   * @param args how many cycles, and how often to look
   */
  public static void main(String[] args) throws InterruptedException, ExecutionException {
    int count = Integer.parseInt(args[0]);
    int every = Integer.parseInt(args[1]);
    Cycles cycles = new Cycles(1);
    Flatness flatness = new Flatness("cycles");
    while (cycles.number.get() < count) {
      long start = System.nanoTime();
      cycles.run(every);
      flatness.look(cycles.number.get(), (System.nanoTime() - start) / 1e6 / every);
    }
    flatness.verdict();
  }
}

package chladni.tests.cpu;

import chladni.engine.backend.Backend;
import chladni.engine.backend.Precision;
import chladni.engine.backend.Program;
import chladni.engine.backend.Store;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Node;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Shape;
import chladni.engine.graph.Variable;
import chladni.engine.nn.Mode;
import chladni.engine.nn.Parameters;
import chladni.engine.optim.Adam;
import chladni.sound2image.network.UNet;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;

/** A small U-Net as users have it: one store, a training program and an inference program. */
final class TrainedNet implements AutoCloseable {
  static final int BATCH = 2;
  static final int SIZE = 16;
  private static final UNet NET = new UNet(SIZE, 1, 3, 8, 0.5);

  final Store store;
  private final Backend backend;
  private final Precision precision;
  private Program training;
  private Program inference;

  TrainedNet(Backend backend, Precision precision) {
    this.backend = backend;
    this.precision = precision;
    this.store = backend.newStore(3, precision);
  }

  static float[] source() {
    return random(BATCH * SIZE * SIZE, 1);
  }

  static float[] random(int n, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  Program inference() {
    if (inference == null) {
      Graph graph = new Graph();
      Node x = graph.input("x", Shape.of(BATCH, 1, SIZE, SIZE));
      graph.output("y", NET.build(new Parameters(graph, "g/"), x, Mode.EVAL));
      inference = backend.compile(graph, store, precision);
      inference.write("x", source());
    }
    return inference;
  }

  Program training() {
    return training(UnaryOperator.identity());
  }

  /** {@code extra} may change the loss; it sees the graph through the node. */
  Program training(UnaryOperator<Node> extra) {
    if (training == null) {
      Graph graph = new Graph();
      Node x = graph.input("x", Shape.of(BATCH, 1, SIZE, SIZE));
      Node target = graph.input("target", Shape.of(BATCH, 3, SIZE, SIZE));
      Variable counter = Variable.counter("step");
      Node step = graph.assign(counter, Ops.increment(graph.read(counter)));
      Parameters p = new Parameters(graph, "g/");
      Node y = NET.build(p, x, Mode.train(new Mode.Randomness(step, 5)));
      Node loss = extra.apply(Ops.mean(Ops.abs(Ops.sub(y, target))));
      graph.output("loss", loss);
      Adam.pix2pix("g").minimize(loss, graph.constant(2e-4), p.trainable());
      training = backend.compile(graph, store, precision);
      training.write("x", source());
      training.write("target", random(BATCH * 3 * SIZE * SIZE, 2));
    }
    return training;
  }

  double[] infer() {
    inference().run();
    return inference().readDoubles("y");
  }

  double train() {
    training().run();
    return training().scalar("loss");
  }

  @Override
  public void close() {
    if (training != null) {
      training.close();
    }
    if (inference != null) {
      inference.close();
    }
    store.close();
  }
}

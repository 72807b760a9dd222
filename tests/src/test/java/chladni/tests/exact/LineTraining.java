package chladni.tests.exact;

import chladni.engine.backend.Backend;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Node;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Shape;
import chladni.engine.graph.Variable;
import chladni.engine.loss.Losses;
import chladni.engine.nn.Initializers;
import chladni.engine.nn.Layers;
import chladni.engine.nn.Parameters;
import chladni.engine.optim.Adam;
import chladni.sound2image.training.SimpleTraining;
import chladni.sound2image.training.Trainer;
import chladni.sound2image.training.TrainingListener;
import java.nio.file.Path;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.LongToDoubleFunction;

/** The smallest training that has weights, moments and randomness: many of them fit a second. */
final class LineTraining {
  static final long STEPS = 6;
  static final long SAVE_EVERY = 2;

  private LineTraining() {}

  static SimpleTraining build(Backend backend) {
    Graph graph = new Graph();
    Node x = graph.input("x", Shape.of(4, 3));
    Node y = graph.input("y", Shape.of(4, 1));
    Node rate = graph.input("lr", Shape.SCALAR);
    Variable counter = Variable.counter("step");
    Node step = graph.assign(counter, Ops.increment(graph.read(counter)));
    Parameters p = new Parameters(graph, "");
    Layers.Init init = new Layers.Init(Initializers.fanIn(3), Initializers.zeros());
    Node line = Layers.linear(p, "fc", Ops.dropout(x, step, 0.5, 3, 0), 1, init);
    Node loss = graph.output("loss", Losses.mse(line, y));
    Adam.standard("adam").minimize(loss, rate, p.trainable());
    return new SimpleTraining(backend, graph, p, "line.safetensors", 5);
  }

  /** Trains, or goes on with, what lies in {@code folder}. */
  static void train(Backend backend, Path folder) {
    train(backend, folder, true, _ -> 1e-2);
  }

  static void train(Backend backend, Path folder, boolean resume, LongToDoubleFunction rate) {
    try (SimpleTraining line = build(backend)) {
      new Trainer(
              folder,
              "line",
              STEPS,
              SAVE_EVERY,
              resume,
              rate,
              folder.resolve("losses.csv"),
              Map.of("seed", "5"),
              TrainingListener.SILENT)
          .run(
              line,
              (step, program) -> {
                SplittableRandom random = new SplittableRandom(step);
                float[] x = new float[12];
                float[] y = new float[4];
                for (int i = 0; i < x.length; i++) {
                  x[i] = (float) random.nextDouble(-1, 1);
                  y[i / 3] += x[i];
                }
                program.write("x", x);
                program.write("y", y);
              });
    }
  }
}

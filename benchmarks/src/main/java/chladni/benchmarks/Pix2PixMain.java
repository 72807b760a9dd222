package chladni.benchmarks;

import chladni.engine.Engine;
import chladni.engine.backend.BackendOptions;
import chladni.engine.backend.Precision;
import chladni.engine.backend.Program;
import chladni.engine.backend.Store;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Node;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Shape;
import chladni.engine.graph.Variable;
import chladni.engine.nn.Initializers;
import chladni.sound2image.training.Pix2Pix;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Our side of benchmarks/peers/run, in a process of its own: {@code WORK BATCH THREADS SECONDS
 * [PRECISION]}, or {@code check FOLDER BATCH STEPS} for what the peers' losses are held against, or
 * {@code limit THREADS SECONDS [PRECISION]} for what the machine does at most.
 */
public final class Pix2PixMain {
  /** Caches, huge pages and the clock; nothing here waits for the JIT. */
  private static final int WARM_UP = 3;

  private static final int LEAST_RUNS = 5;

  private Pix2PixMain() {}

  public static void main(String[] args) throws IOException {
    if (args[0].equals("check")) {
      check("cpu", Path.of(args[1]), Integer.parseInt(args[2]), Integer.parseInt(args[3]));
    } else if (args[0].equals("limit")) {
      limit(Integer.parseInt(args[1]), Double.parseDouble(args[2]), precision(args, 3));
    } else {
      measure(
          args[0],
          Integer.parseInt(args[1]),
          Integer.parseInt(args[2]),
          Double.parseDouble(args[3]),
          precision(args, 4));
    }
  }

  private static Precision precision(String[] args, int at) {
    return Precision.valueOf(args.length > at ? args[at] : "FP32");
  }

  /**
   * One square product, large enough to hide the memory behind it: no convolution of these networks
   * that is computed as products goes faster.
   */
  private static void limit(int threads, double seconds, Precision precision) {
    int side = 2048;
    Graph graph = new Graph();
    Shape square = Shape.of(side, side);
    Node a = graph.read(Variable.trainable("a", square, Initializers.normal(0, 1)));
    Node b = graph.read(Variable.trainable("b", square, Initializers.normal(0, 1)));
    graph.output("product", Ops.matmul(a, b));
    try (Engine engine = Engine.open("cpu", new BackendOptions(threads));
        Store store = engine.newStore(1, precision);
        Program program = engine.backend().compile(graph, store, precision)) {
      double[] ms = sorted(program::run, seconds);
      double gflop = program.listing().work().products() * 1e-9;
      print(ms, gflop, engine);
    }
  }

  private static void measure(
      String work, int batch, int threads, double seconds, Precision precision) {
    try (Engine engine = Engine.open("cpu", new BackendOptions(threads));
        Pix2PixWork running =
            work.equals("step")
                ? Pix2PixWork.step(engine, batch, precision, true)
                : Pix2PixWork.inference(engine, batch, precision)) {
      double[] ms = sorted(running::run, seconds);
      print(ms, running.program().listing().work().products() * 1e-9, engine);
    }
  }

  private static double[] sorted(Runnable run, double seconds) {
    for (int i = 0; i < WARM_UP; i++) {
      run.run();
    }
    double[] ms = new double[1 << 16];
    int runs = 0;
    long begun = System.nanoTime();
    while (runs < LEAST_RUNS || (System.nanoTime() - begun < seconds * 1e9 && runs < ms.length)) {
      long from = System.nanoTime();
      run.run();
      ms[runs++] = (System.nanoTime() - from) * 1e-6;
    }
    ms = Arrays.copyOf(ms, runs);
    Arrays.sort(ms);
    return ms;
  }

  private static void print(double[] ms, double gflop, Engine engine) {
    System.out.printf(
        Locale.ROOT,
        "median_ms=%.3f least_ms=%.3f runs=%d gflop=%.3f peak_rss_mib=%d version=%s%n",
        ms[ms.length / 2],
        ms[0],
        ms.length,
        gflop,
        Resident.peakMiB(),
        engine.backend().description().replace(' ', '_'));
  }

  /**
   * Writes weights, inputs and the losses of some steps without dropout, whose masks are each
   * framework's own: a file of raw little-endian floats for each name, and {@code losses.txt}.
   */
  public static void check(String device, Path folder, int batch, int steps) throws IOException {
    try (Engine engine = Engine.open(device, BackendOptions.DEFAULT);
        Pix2PixWork running = Pix2PixWork.step(engine, batch, Precision.FP32, false)) {
      Pix2Pix training = running.training();
      Files.createDirectories(folder);
      write(folder, training.store(), training.generator().all());
      write(folder, training.store(), training.discriminator().all());
      write(folder.resolve("source.f32"), running.source());
      write(folder.resolve("target.f32"), running.target());
      StringBuilder losses = new StringBuilder();
      for (int i = 0; i < steps; i++) {
        running.run();
        for (String loss : Pix2Pix.LOSSES) {
          losses.append(' ').append(running.program().scalar(loss));
        }
        losses.append('\n');
      }
      Files.writeString(folder.resolve("losses.txt"), losses);
    }
  }

  private static void write(Path folder, Store store, List<Variable> variables)
      throws IOException {
    for (Variable v : variables) {
      write(folder.resolve(v.name().replace('/', '.') + ".f32"), store.floats(v.name()));
    }
  }

  private static void write(Path file, float[] values) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(values.length * 4).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    Files.write(file, bytes.array());
  }
}

package chladni.tests.cli;

import chladni.app.cli.Main;
import chladni.app.cli.Shell;
import chladni.app.cli.Terminal;
import chladni.engine.Engine;
import chladni.engine.backend.BackendOptions;
import chladni.engine.backend.Precision;
import chladni.engine.backend.Store;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Shape;
import chladni.engine.io.Npy;
import chladni.engine.io.NpyArray;
import chladni.engine.io.Weights;
import chladni.engine.nn.Mode;
import chladni.engine.nn.Parameters;
import chladni.sound2image.network.PatchGan;
import chladni.sound2image.network.UNet;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.SplittableRandom;

/** The real commands in this process, and small weights and arrays for them. */
final class Workbench {
  static final int SIDE = 128;

  private final Path folder;
  private StringWriter out = new StringWriter();
  private StringWriter err = new StringWriter();

  Workbench(Path folder) {
    this.folder = folder;
  }

  Path path(String name) {
    return folder.resolve(name);
  }

  /** Runs a command; words in it that begin with @ are files of this workbench. */
  int run(String command) {
    out = new StringWriter();
    err = new StringWriter();
    Terminal terminal = new Terminal(new PrintWriter(out, true), new PrintWriter(err, true), 0);
    return new Shell(Main.commands(), terminal).run(words(command));
  }

  String[] words(String command) {
    String[] words = command.strip().split("\\s+");
    for (int i = 0; i < words.length; i++) {
      words[i] = words[i].startsWith("@") ? path(words[i].substring(1)).toString() : words[i];
    }
    return words;
  }

  String out() {
    return out.toString();
  }

  String err() {
    return err.toString();
  }

  /** The last line on the error stream: where an error stands, after notes and progress. */
  String error() {
    return err().strip().lines().reduce((_, last) -> last).orElse("");
  }

  /** Fresh weights of a U-Net with 2 channels at its outermost level. */
  Path generator(String name, int in, int out) {
    UNet net = new UNet(SIDE, in, out, 2, 0.5);
    Graph graph = new Graph();
    Parameters p = new Parameters(graph, "");
    net.build(p, graph.input("x", Shape.of(1, in, SIDE, SIDE)), Mode.EVAL);
    return save(name, p, 11);
  }

  /** Fresh weights of a PatchGAN with 2 channels in its first layer. */
  Path discriminator(String name, int pair) {
    Graph graph = new Graph();
    Parameters p = new Parameters(graph, "");
    new PatchGan(2, 3).build(p, graph.input("x", Shape.of(1, pair, SIDE, SIDE)), Mode.EVAL);
    return save(name, p, 12);
  }

  private Path save(String name, Parameters p, long seed) {
    try (Engine engine = Engine.open("reference", BackendOptions.DEFAULT);
        Store store = engine.backend().newStore(seed, Precision.FP32)) {
      p.all().forEach(store::declare);
      Weights.save(path(name), store, p.all(), "", Map.of());
      return path(name);
    }
  }

  /** An array (n, channels, side, side) of smooth random pictures in [-1, 1]. */
  NpyArray array(String name, int n, int channels, int side, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] values = new float[n * channels * side * side];
    for (int plane = 0; plane < n * channels; plane++) {
      double fx = random.nextDouble(0.02, 0.2);
      double fy = random.nextDouble(0.02, 0.2);
      for (int i = 0; i < side * side; i++) {
        values[plane * side * side + i] =
            (float) Math.sin(fx * (i % side) + fy * (i / side) + plane);
      }
    }
    NpyArray array = new NpyArray(new long[] {n, channels, side, side}, values);
    Npy.write(path(name), array);
    return array;
  }
}

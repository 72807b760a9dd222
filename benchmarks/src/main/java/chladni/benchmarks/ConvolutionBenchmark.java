package chladni.benchmarks;

import chladni.engine.Engine;
import chladni.engine.autodiff.Autodiff;
import chladni.engine.backend.BackendOptions;
import chladni.engine.backend.Program;
import chladni.engine.backend.Store;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Node;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Shape;
import chladni.engine.graph.Variable;
import chladni.engine.graph.Window;
import chladni.engine.nn.Initializers;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One 4x4 convolution of U-Net-128 or of its discriminator as a program of its own, forward alone or
 * with both gradients. Only the sum of each result leaves the program, so the rim does not count
 * copies; it reads every element, so nothing is dropped. The counter tells GFLOP, twice the
 * multiply-adds of the dense window, taps on padding included.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
// One second is tens to thousands of runs; five of them let the clock settle after the JIT.
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 2, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class ConvolutionBenchmark {
  /** Channels in, size in, channels out, stride. */
  @Param({"64x64-128s2", "128x32-256s2", "256x16-512s2", "512x8-512s2", "256x16-512s1"})
  public String layer;

  @Param({"1", "16"})
  public int batch;

  @Param({"false", "true"})
  public boolean gradients;

  @Param("cpu")
  public String device;

  private Engine engine;
  private Store store;
  private Program program;

  @Setup(Level.Trial)
  public void compile() {
    String[] parts = layer.split("[x\\-s]");
    int in = Integer.parseInt(parts[0]);
    int size = Integer.parseInt(parts[1]);
    int out = Integer.parseInt(parts[2]);
    Window window = Window.of(Integer.parseInt(parts[3]), 1);
    Graph graph = new Graph();
    Shape shape = Shape.of(batch, in, size, size);
    // State rather than an input: nothing is copied or reordered between runs.
    Node x = graph.read(Variable.trainable("x", shape, Initializers.normal(0, 1)));
    Node w =
        graph.read(
            Variable.trainable("w", Shape.of(out, in, 4, 4), Initializers.normal(0, 0.02)));
    Node loss = Ops.mean(Ops.square(Ops.conv2d(x, w, window)));
    graph.output("loss", loss);
    if (gradients) {
      List<Node> both = Autodiff.gradients(loss, List.of(x, w));
      graph.output("dx", Ops.mean(Ops.abs(both.get(0))));
      graph.output("dw", Ops.mean(Ops.abs(both.get(1))));
    }
    engine = Engine.open(device, BackendOptions.DEFAULT);
    store = engine.newStore(1);
    program = engine.compile(graph, store);
    program.run();
    int side = window.outH(size, 4);
    gflop = 2e-9 * batch * out * side * side * in * 16 * (gradients ? 3 : 1);
  }

  private double gflop;

  /** Work done, for rates. */
  @State(Scope.Thread)
  @AuxCounters(AuxCounters.Type.OPERATIONS)
  public static class Work {
    public double gflop;
  }

  @Benchmark
  public void run(Work work) {
    program.run();
    work.gflop += gflop;
  }

  @TearDown(Level.Trial)
  public void close() {
    program.close();
    store.close();
    engine.close();
  }
}

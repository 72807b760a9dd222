package chladni.benchmarks;

import chladni.engine.Engine;
import chladni.engine.backend.BackendOptions;
import chladni.engine.backend.Precision;
import chladni.engine.backend.Program;
import chladni.engine.backend.Store;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Node;
import chladni.engine.graph.Shape;
import chladni.engine.nn.Mode;
import chladni.engine.nn.Parameters;
import chladni.sound2image.network.PatchGan;
import chladni.sound2image.network.UNet;
import chladni.sound2image.training.Pix2Pix;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** U-Net-128 1 to 3 at full width: inference and the whole pix2pix step, inputs and losses included. */
@State(Scope.Thread)
@BenchmarkMode(org.openjdk.jmh.annotations.Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 2, time = 3)
@Measurement(iterations = 3, time = 5)
@Fork(value = 2, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class Pix2PixBenchmark {
  @Param({"1", "8", "16"})
  public int batch;

  @Param({"inference", "step"})
  public String work;

  @Param("cpu")
  public String device;

  /** BF16 only where {@code ./chladni doctor} says that the device has it. */
  @Param("FP32")
  public Precision precision;

  private Engine engine;
  private AutoCloseable owner;
  private Store store;
  private Program program;
  private float[] source;
  private float[] target;

  @Setup(Level.Trial)
  public void compile() {
    engine = Engine.open(device, BackendOptions.DEFAULT);
    UNet net = UNet.of128(1, 3);
    source = Values.of((long) batch * 128 * 128, 1);
    if (work.equals("step")) {
      Pix2Pix.Options options = Pix2Pix.Options.of(net, PatchGan.BASIC, batch, 1);
      Pix2Pix training = new Pix2Pix(engine.backend(), options, precision);
      target = Values.of((long) batch * 3 * 128 * 128, 2);
      program = training.program();
      program.write("lr", new float[] {2e-4f});
      owner = training;
    } else {
      Graph graph = new Graph();
      Node x = graph.input("source", Shape.of(batch, 1, 128, 128));
      graph.output("picture", net.build(new Parameters(graph, ""), x, Mode.EVAL));
      store = engine.newStore(1, precision);
      program = engine.compile(graph, store);
      target = new float[batch * 3 * 128 * 128];
      owner = program;
    }
  }

  @Benchmark
  public double run() {
    program.write("source", source);
    if (work.equals("step")) {
      program.write("target", target);
      program.run();
      return program.scalar("G_GAN") + program.scalar("G_L1");
    }
    program.run();
    program.read("picture", target);
    return target[0];
  }

  @TearDown(Level.Trial)
  public void close() throws Exception {
    owner.close();
    if (store != null) {
      store.close();
    }
    engine.close();
  }
}

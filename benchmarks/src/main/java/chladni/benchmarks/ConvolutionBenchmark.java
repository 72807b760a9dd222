package chladni.benchmarks;

import chladni.engine.Engine;
import chladni.engine.backend.BackendOptions;
import chladni.engine.backend.Precision;
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
 * One layer of the generators or the discriminator in one of its three directions. {@code product}
 * is oneDNN's or cuDNN's part alone, again and again on the same operands: what a layer costs inside
 * of a network, where nothing is reordered between two of them. {@code program} is the layer as a program of its
 * own, from operands in row-major order to a mean of the result: what it costs to ask for it alone.
 * The counter is milliseconds for each GFLOP of the dense product, taps on padding included.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
// Half a second is five to thousands of runs. There are hundreds of combinations and nothing for
// the JIT to do in them: one warm-up brings weights into their layout and the clock up.
@Warmup(iterations = 1, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class ConvolutionBenchmark {
  /**
   * Kind (a convolution or its transpose), channels in, size in, channels out, stride; 4x4 kernels.
   * U-Net-128 and its discriminator; U-Net-256 is the same layers at twice the size and one more at
   * both ends of the row of sizes.
   */
  @Param({
    // Down.
    "C1x256-64s2", "C64x128-128s2", "C128x64-256s2", "C256x32-512s2", "C512x16-512s2",
    "C1x128-64s2", "C64x64-128s2", "C128x32-256s2", "C256x16-512s2", "C512x8-512s2",
    "C512x4-512s2", "C512x2-512s2",
    // Up.
    "T512x1-512s2", "T1024x2-512s2", "T1024x4-512s2", "T1024x8-256s2", "T512x16-128s2",
    "T256x32-64s2", "T128x64-3s2", "T1024x8-512s2", "T1024x16-256s2", "T512x32-128s2",
    "T256x64-64s2", "T128x128-3s2",
    // PatchGAN, whose second and third layer are the U-Net's.
    "C4x128-64s2", "C256x16-512s1", "C512x15-1s1"
  })
  public String layer;

  @Param({"1", "16"})
  public int batch;

  @Param({"forward", "data", "weight"})
  public String direction;

  @Param("FP32")
  public Precision precision;

  @Param("cpu")
  public String device;

  /** Whether convolutions are timed when they are compiled, and the fastest taken. */
  @Param("false")
  public boolean tune;

  private Engine engine;
  private ConvolutionWork layers;
  private Rerun product;
  private double gflop;

  /** Work done, for rates. */
  @State(Scope.Thread)
  @AuxCounters(AuxCounters.Type.OPERATIONS)
  public static class Work {
    public double gflop;
  }

  @Setup(Level.Trial)
  public void compile() {
    engine = Engine.open(device, BackendOptions.DEFAULT.withTune(tune));
    layers = ConvolutionWork.of(engine, layer, batch, direction, precision, 1);
    product = Rerun.of(layers.program(), layers.product());
    gflop = layers.program().listing().work().products() * 1e-9;
  }

  @Benchmark
  public void program(Work work) {
    layers.program().run();
    work.gflop += gflop;
  }

  @Benchmark
  public void product(Work work) {
    product.run();
    work.gflop += gflop;
  }

  @TearDown(Level.Trial)
  public void close() {
    product.close();
    layers.close();
    engine.close();
  }
}

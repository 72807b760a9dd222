package chladni.benchmarks;

import chladni.engine.Engine;
import chladni.engine.backend.BackendOptions;
import chladni.engine.backend.Precision;
import java.util.concurrent.TimeUnit;
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
 * Inference and the whole training step of pix2pix, see {@link Pix2PixWork}. Sampled, since the
 * median is what is compared; {@code -bm avgt} tells the bytes that the runs have allocated, too.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
// The JVM runs a few hundred lines here and oneDNN has compiled its kernels before: what warms up
// are caches, huge pages and the clock, within a second. Two times three cover the step at batch 16.
@Warmup(iterations = 2, time = 3)
@Measurement(iterations = 3, time = 5)
@Fork(value = 2, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class Pix2PixBenchmark {
  @Param({"1", "8", "16"})
  public int batch;

  @Param({"inference", "step"})
  public String work;

  @Param("FP32")
  public Precision precision;

  @Param("cpu")
  public String device;

  /** Whether convolutions are timed when they are compiled, and the fastest taken. */
  @Param("false")
  public boolean tune;

  private Engine engine;
  private Pix2PixWork running;
  private Rerun products;

  @Setup(Level.Trial)
  public void compile() {
    engine = Engine.open(device, BackendOptions.DEFAULT.withTune(tune));
    running =
        work.equals("step")
            ? Pix2PixWork.step(engine, batch, precision, true)
            : Pix2PixWork.inference(engine, batch, precision);
    running.run();
    products = Rerun.products(running.program());
  }

  @Benchmark
  public double run(Allocated allocated) {
    allocated.begin();
    double result = running.run();
    allocated.end();
    return result;
  }

  /** The share of {@link #run} that is the library's convolutions; the rest is ours to shorten. */
  @Benchmark
  public void products() {
    products.run();
  }

  @TearDown(Level.Trial)
  public void close() {
    products.close();
    running.close();
    engine.close();
    System.out.printf("# largest resident memory of this process: %d MiB%n", Resident.peakMiB());
  }
}

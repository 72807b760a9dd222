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
 * A step of the multimodal layers, 4096 features of a picture and those of the demo's sounds to 4096
 * hidden ones: two products with weights of 64 MiB and less, and Adam over all of them.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
// Tens of milliseconds a step, bound by memory: one second touches every page it will touch.
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 3)
@Fork(value = 2, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class MultimodalBenchmark {
  @Param({"16", "64"})
  public int batch;

  @Param("FP32")
  public Precision precision;

  @Param("cpu")
  public String device;

  /** Whether convolutions are timed when they are compiled, and the fastest taken. */
  @Param("false")
  public boolean tune;

  private Engine engine;
  private MultimodalWork running;

  @Setup(Level.Trial)
  public void compile() {
    engine = Engine.open(device, BackendOptions.DEFAULT.withTune(tune));
    running = MultimodalWork.of(engine, batch, precision);
  }

  @Benchmark
  public double step(Allocated allocated) {
    allocated.begin();
    double loss = running.run();
    allocated.end();
    return loss;
  }

  @TearDown(Level.Trial)
  public void close() {
    running.close();
    engine.close();
  }
}

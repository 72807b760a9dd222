package chladni.benchmarks;

import chladni.engine.Engine;
import chladni.engine.backend.BackendOptions;
import chladni.engine.backend.Program;
import chladni.engine.backend.Store;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Shape;
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
 * What a run costs that does nothing: the way to the engine's thread and back, one call into the
 * host library and one kernel on one number; on cuda the launch of a graph and the wait for it.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
// Microseconds: here the JIT counts, and so does where the system puts the two threads, which is
// why there are more forks than elsewhere.
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 4, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class HandOffBenchmark {
  @Param("cpu")
  public String device;

  private final float[] one = {1};
  private Engine engine;
  private Store store;
  private Program program;

  @Setup(Level.Trial)
  public void compile() {
    engine = Engine.open(device, BackendOptions.DEFAULT);
    store = engine.newStore(1);
    Graph graph = new Graph();
    graph.output("y", Ops.neg(graph.input("x", Shape.SCALAR)));
    program = engine.compile(graph, store);
    program.write("x", one);
  }

  @Benchmark
  public void run() {
    program.run();
  }

  /** With a value in and a value out. */
  @Benchmark
  public double writeRunRead(Allocated allocated) {
    allocated.begin();
    program.write("x", one);
    program.run();
    double result = program.scalar("y");
    allocated.end();
    return result;
  }

  @TearDown(Level.Trial)
  public void close() {
    program.close();
    store.close();
    engine.close();
  }
}

package chladni.tests.runtime;

import static org.assertj.core.api.Assertions.fail;

import chladni.engine.Engine;
import chladni.engine.backend.BackendOptions;
import chladni.engine.backend.Program;
import chladni.engine.backend.Store;
import chladni.engine.graph.CustomOp;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Operands;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Shape;
import chladni.engine.graph.TensorType;
import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A step leaves nothing for the garbage collector, neither with its caller nor on its own thread. */
final class JavaAllocationTest {
  private static final int STEPS = 1_000;
  private static final int ATTEMPTS = 10;
  private static final ThreadMXBean THREADS =
      (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @Test
  void aThousandStepsOfAGanAllocateNoByte() {
    try (Engine engine = Engine.open("cpu", new BackendOptions(1));
        SmallGan gan = new SmallGan(engine)) {
      assertAllocatesNothing(gan::step);
    }
  }

  private record Square() implements CustomOp {
    @Override
    public TensorType infer(Operands in) {
      return in.elementwise(1);
    }

    @Override
    public void compute(List<Values> in, Result out) {
      Values x = in.get(0);
      for (long i = 0; i < out.size(); i++) {
        out.set(i, x.get(i) * x.get(i));
      }
    }
  }

  @Test
  void aThousandCallsBackIntoJavaAllocateNoByte() {
    Graph graph = new Graph();
    graph.output("y", Ops.custom(new Square(), graph.input("x", Shape.of(31))));
    try (Engine engine = Engine.open("cpu", new BackendOptions(1));
        Store store = engine.newStore(1);
        Program program = engine.compile(graph, store)) {
      float[] x = SmallGan.random(31, 1);
      float[] y = new float[31];
      assertAllocatesNothing(
          () -> {
            program.write("x", x);
            program.run();
            program.read("y", y);
          });
    }
  }

  /**
   * The compiler may make objects anew when it gives up an optimised frame, some dozens of bytes once:
   * so the first thousand steps without are awaited. A step that allocates never gets there.
   */
  private static void assertAllocatesNothing(Runnable step) {
    long engineThread = youngestThread("chladni-cpu");
    long here = 0;
    long there = 0;
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      // Asking for another thread's count allocates on this one: outermost.
      long thereBefore = THREADS.getThreadAllocatedBytes(engineThread);
      long hereBefore = THREADS.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < STEPS; i++) {
        step.run();
      }
      here = THREADS.getCurrentThreadAllocatedBytes() - hereBefore;
      there = THREADS.getThreadAllocatedBytes(engineThread) - thereBefore;
      if (here == 0 && there == 0) {
        return;
      }
    }
    fail("%d steps: %d bytes on the calling thread, %d on the engine's", STEPS, here, there);
  }

  /** The youngest of this name: other tests hold engines too. */
  private static long youngestThread(String name) {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(t -> t.getName().equals(name))
        .mapToLong(Thread::threadId)
        .max()
        .orElseThrow();
  }
}

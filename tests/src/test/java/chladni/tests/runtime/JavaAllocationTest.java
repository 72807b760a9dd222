package chladni.tests.runtime;

import static org.assertj.core.api.Assertions.fail;

import chladni.engine.Engine;
import chladni.engine.backend.BackendOptions;
import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/** A step leaves nothing for the garbage collector, neither with its caller nor on its own thread. */
final class JavaAllocationTest {
  private static final int STEPS = 1_000;
  private static final int ATTEMPTS = 10;
  private static final ThreadMXBean THREADS =
      (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /**
   * The compiler may make objects anew when it gives up an optimised frame, some dozens of bytes once:
   * so the first thousand steps without are awaited. A step that allocates never gets there.
   */
  @Test
  void aThousandStepsOfAGanAllocateNoByte() {
    try (Engine engine = Engine.open("cpu", new BackendOptions(1));
        SmallGan gan = new SmallGan(engine)) {
      long engineThread = youngestThread("chladni-cpu");
      long here = 0;
      long there = 0;
      for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        // Asking for another thread's count allocates on this one: outermost.
        long thereBefore = THREADS.getThreadAllocatedBytes(engineThread);
        long hereBefore = THREADS.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < STEPS; i++) {
          gan.step();
        }
        here = THREADS.getCurrentThreadAllocatedBytes() - hereBefore;
        there = THREADS.getThreadAllocatedBytes(engineThread) - thereBefore;
        if (here == 0 && there == 0) {
          return;
        }
      }
      fail("%d steps: %d bytes on the calling thread, %d on the engine's", STEPS, here, there);
    }
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

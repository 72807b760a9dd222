package chladni.benchmarks;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * Bytes of Java objects that this thread and the engine's have made inside of the measured calls, in
 * all of them together. JMH's {@code -prof gc} counts every thread, its own included: some 0.7 MB an
 * iteration, which a slow benchmark divides by few calls.
 */
@State(Scope.Thread)
@AuxCounters(AuxCounters.Type.EVENTS)
public class Allocated {
  private static final ThreadMXBean THREADS =
      (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private static final long UNKNOWN = -1;
  private static final long NONE = 0;

  public long allocatedBytes;
  private long engine = UNKNOWN;
  private long there;
  private long here;

  void begin() {
    if (engine == UNKNOWN) {
      engine =
          Thread.getAllStackTraces().keySet().stream()
              .filter(t -> t.getName().equals("chladni-cpu"))
              .mapToLong(Thread::threadId)
              .findFirst()
              .orElse(NONE); // other backends compute on the caller's
    }
    // Asking for another thread's count allocates on this one: outermost.
    there = ofEngine();
    here = THREADS.getCurrentThreadAllocatedBytes();
  }

  void end() {
    allocatedBytes += THREADS.getCurrentThreadAllocatedBytes() - here;
    allocatedBytes += ofEngine() - there;
  }

  private long ofEngine() {
    return engine == NONE ? 0 : THREADS.getThreadAllocatedBytes(engine);
  }
}

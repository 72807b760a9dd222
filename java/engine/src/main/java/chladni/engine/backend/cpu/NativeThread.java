package chladni.engine.backend.cpu;

import chladni.engine.backend.ProgramException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * The one platform thread that an engine's native work happens on. An OpenMP team belongs to the
 * thread that starts it, and so do its size and the reason of a refusal.
 *
 * <p>Work is handed over through one slot, so that a run allocates nothing. Neither side spins:
 * while native code works, every core belongs to the team.
 */
final class NativeThread implements AutoCloseable {
  /** Tiles of a fused kernel lie on the stack. */
  private static final long STACK = 8L << 20;

  private final Object turn = new Object();
  private final Thread thread;

  /** The slot: set by the caller whose turn it is, null again when the work is done. */
  private volatile Runnable work;

  /** Whom to wake, and what the work threw; both are published by {@link #work}. */
  private Thread caller;

  private Throwable failure;
  private volatile boolean closed;

  NativeThread() {
    thread =
        Thread.ofPlatform().name("chladni-cpu").daemon(true).stackSize(STACK).start(this::serve);
  }

  private void serve() {
    while (true) {
      Runnable next = work;
      if (next != null) {
        try {
          next.run();
        } catch (Throwable e) {
          failure = e;
        }
        Thread waiting = caller;
        work = null;
        LockSupport.unpark(waiting);
      } else if (closed) {
        return;
      } else {
        LockSupport.park(this);
      }
    }
  }

  /**
   * Does some work on this thread and returns when it is done; what it throws is thrown here. Native
   * code cannot be left half-way: an interrupt waits until it is done.
   */
  void run(Runnable task) {
    if (Thread.currentThread() == thread) {
      task.run();
      return;
    }
    synchronized (turn) {
      if (closed) {
        throw new ProgramException("cpu: the backend is closed. Open the engine again.");
      }
      caller = Thread.currentThread();
      work = task;
      LockSupport.unpark(thread);
      boolean interrupted = false;
      while (work != null) {
        LockSupport.park(this);
        interrupted |= Thread.interrupted();
      }
      Throwable thrown = failure;
      failure = null;
      caller = null;
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
      switch (thrown) {
        case null -> {}
        case RuntimeException e -> throw e;
        case Error e -> throw e;
        default -> throw new IllegalStateException(thrown);
      }
    }
  }

  /** As {@link #run}, for work with a result. */
  <T> T call(Supplier<T> task) {
    Result<T> result = new Result<>();
    run(() -> result.value = task.get());
    return result.value;
  }

  private static final class Result<T> {
    private T value;
  }

  /** Ends the thread after the work that it has; called by any thread, once or more. */
  @Override
  public void close() {
    synchronized (turn) {
      closed = true;
      LockSupport.unpark(thread);
    }
  }
}

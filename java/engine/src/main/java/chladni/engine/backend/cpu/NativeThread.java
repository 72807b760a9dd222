package chladni.engine.backend.cpu;

import chladni.engine.backend.ProgramException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;

/**
 * The one platform thread that an engine's native work happens on. An OpenMP team belongs to the
 * thread that starts it, and so do its size and the reason of a refusal.
 */
final class NativeThread implements AutoCloseable {
  /** Tiles of a fused kernel lie on the stack. */
  private static final long STACK = 8L << 20;

  private final ExecutorService executor =
      Executors.newSingleThreadExecutor(
          work ->
              Thread.ofPlatform()
                  .name("chladni-cpu")
                  .daemon(true)
                  .stackSize(STACK)
                  .unstarted(work));

  <T> T call(Callable<T> work) {
    try {
      return uninterrupted(executor.submit(work));
    } catch (RejectedExecutionException e) {
      throw new ProgramException("cpu: the backend is closed. Open the engine again.");
    }
  }

  void run(Runnable work) {
    call(
        () -> {
          work.run();
          return null;
        });
  }

  /** Native code cannot be left half-way: an interrupt waits until it is done. */
  private static <T> T uninterrupted(Future<T> future) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return future.get();
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (ExecutionException e) {
          switch (e.getCause()) {
            case RuntimeException r -> throw r;
            case Error error -> throw error;
            default -> throw new IllegalStateException(e.getCause());
          }
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public void close() {
    executor.shutdown();
  }
}

package chladni.app.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * Watches the resident memory of this process and all its descendants. Pages that processes share
 * count once for each, so the sum is an upper bound.
 */
final class ProcessMemory implements AutoCloseable {
  private static final int EVERY_MS = 100;
  private static final double PAGES_PER_MIB = 256;

  private final AtomicLong peakPages = new AtomicLong();
  private final AtomicLong stagePages = new AtomicLong();
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("chladni-memory").factory());

  ProcessMemory() {
    timer.scheduleWithFixedDelay(this::sample, 0, EVERY_MS, TimeUnit.MILLISECONDS);
  }

  private void sample() {
    long pages =
        Stream.concat(Stream.of(ProcessHandle.current()), ProcessHandle.current().descendants())
            .mapToLong(p -> resident(p.pid()))
            .sum();
    peakPages.accumulateAndGet(pages, Math::max);
    stagePages.accumulateAndGet(pages, Math::max);
  }

  private static long resident(long pid) {
    try {
      return Long.parseLong(
          Files.readString(Path.of("/proc/" + pid + "/statm")).split(" ")[1]);
    } catch (IOException | RuntimeException _) {
      return 0; // it has ended meanwhile, or this system has no /proc
    }
  }

  /** The largest sum so far, in MiB. */
  double peakMib() {
    sample();
    return peakPages.get() / PAGES_PER_MIB;
  }

  /** The largest sum since the last call, in MiB. */
  double stageMib() {
    sample();
    return stagePages.getAndSet(0) / PAGES_PER_MIB;
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}

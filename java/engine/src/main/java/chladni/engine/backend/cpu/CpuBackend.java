package chladni.engine.backend.cpu;

import chladni.engine.backend.Backend;
import chladni.engine.backend.BackendOptions;
import chladni.engine.backend.Ledger;
import chladni.engine.backend.OpenResource;
import chladni.engine.backend.Precision;
import chladni.engine.backend.PrecisionException;
import chladni.engine.backend.Program;
import chladni.engine.backend.ProgramException;
import chladni.engine.backend.Store;
import chladni.engine.graph.Graph;
import java.util.List;

/**
 * An opened CPU backend: the native engine and the thread that its team of threads belongs to.
 */
final class CpuBackend implements Backend {
  private final Native library;
  private final NativeThread thread;
  private final long engine;
  private final int threads;
  private final String description;
  private final Ledger ledger;

  CpuBackend(BackendOptions options) {
    library = Native.load();
    threads = options.resolvedThreads();
    thread = new NativeThread();
    try {
      engine = thread.call(() -> library.engineCreate(threads));
    } catch (RuntimeException | Error e) {
      thread.close();
      throw e;
    }
    description = thread.call(() -> library.engineDescribe(engine));
    ledger = new Ledger(this, "cpu engine", freeing(library, thread, engine));
  }

  private static Runnable freeing(Native library, NativeThread thread, long engine) {
    return () -> {
      thread.run(() -> library.engineDestroy(engine));
      thread.close();
    };
  }

  @Override
  public String name() {
    return "cpu";
  }

  @Override
  public String description() {
    return description;
  }

  @Override
  public int threads() {
    return threads;
  }

  Native library() {
    return library;
  }

  NativeThread thread() {
    return thread;
  }

  /** The address of the native engine. */
  long engine() {
    return engine;
  }

  @Override
  public Store newStore(long seed, Precision precision) {
    check(precision);
    return new CpuStore(this, seed);
  }

  @Override
  public Program compile(Graph graph, Store store, Precision precision) {
    check(precision);
    if (!(store instanceof CpuStore own) || own.backend() != this) {
      throw new ProgramException(
          "compile: the store belongs to another backend. Make it with newStore of this one.");
    }
    return CpuProgram.of(graph, own);
  }

  Ledger ledger() {
    return ledger;
  }

  private static void check(Precision precision) {
    if (precision != Precision.FP32) {
      throw new PrecisionException(
          "cpu: it computes in FP32, asked for %s. %s"
              .formatted(
                  precision,
                  precision == Precision.FP64
                      ? "Use the reference backend for FP64."
                      : "Use FP32, or the cuda backend for lower precision."));
    }
  }

  @Override
  public List<OpenResource> openResources() {
    return ledger.open();
  }

  @Override
  public void close() {
    ledger.close();
  }
}

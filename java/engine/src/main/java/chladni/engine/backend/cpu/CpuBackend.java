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
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * An opened CPU backend: the native engine and the thread that its team of threads belongs to.
 */
final class CpuBackend implements Backend {
  private final Native library;
  private final NativeThread thread;
  private final long engine;
  private final int threads;
  private final String description;
  private final Set<Precision> precisions;
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
    precisions =
        library.engineTakesBfloat16(engine)
            ? Collections.unmodifiableSet(EnumSet.of(Precision.FP32, Precision.BF16))
            : Collections.unmodifiableSet(EnumSet.of(Precision.FP32));
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
    return new CpuStore(this, seed, precision);
  }

  @Override
  public Program compile(Graph graph, Store store, Precision precision) {
    if (!(store instanceof CpuStore own) || own.backend() != this) {
      throw new ProgramException(
          "compile: the store belongs to another backend. Make it with newStore of this one.");
    }
    own.checkPrecision(precision);
    return CpuProgram.of(graph, own);
  }

  Ledger ledger() {
    return ledger;
  }

  @Override
  public Set<Precision> precisions() {
    return precisions;
  }

  private void check(Precision precision) {
    if (!precisions.contains(precision)) {
      throw new PrecisionException(
          "cpu: it computes in %s, asked for %s. %s"
              .formatted(
                  precisions,
                  precision,
                  switch (precision) {
                    case FP64 -> "Use the reference backend for FP64.";
                    case BF16 ->
                        "BF16 needs a processor with AVX512_BF16 and the avx512 kernels; this is %s. Use FP32."
                            .formatted(description);
                    case FP32, TF32 -> "TF32 is for cards. Use FP32.";
                  }));
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

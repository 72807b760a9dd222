package chladni.engine.backend.cpu;

import chladni.engine.backend.Backend;
import chladni.engine.backend.BackendOptions;
import chladni.engine.backend.Precision;
import chladni.engine.backend.PrecisionException;
import chladni.engine.backend.Program;
import chladni.engine.backend.ProgramException;
import chladni.engine.backend.Store;
import chladni.engine.graph.Graph;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * An opened CPU backend: the native engine and the thread that its team of threads belongs to.
 * Closing it frees the programs and stores that are still open.
 */
final class CpuBackend implements Backend {
  private final Native library;
  private final NativeThread thread = new NativeThread();
  private final long engine;
  private final int threads;
  private final String description;
  private final Set<Precision> precisions;
  private final Set<CpuProgram> programs = ConcurrentHashMap.newKeySet();
  private final Set<CpuStore> stores = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  CpuBackend(BackendOptions options) {
    library = Native.load();
    threads = options.resolvedThreads();
    engine = thread.call(() -> library.engineCreate(threads));
    description = thread.call(() -> library.engineDescribe(engine));
    precisions =
        library.engineTakesBfloat16(engine)
            ? Collections.unmodifiableSet(EnumSet.of(Precision.FP32, Precision.BF16))
            : Collections.unmodifiableSet(EnumSet.of(Precision.FP32));
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
    if (closed) {
      throw new ProgramException("cpu: the backend is closed. Open the engine again.");
    }
    CpuStore store = new CpuStore(this, seed, precision);
    stores.add(store);
    return store;
  }

  @Override
  public Program compile(Graph graph, Store store, Precision precision) {
    check(precision);
    if (!(store instanceof CpuStore own) || own.backend() != this) {
      throw new ProgramException(
          "compile: the store belongs to another backend. Make it with newStore of this one.");
    }
    if (own.precision() != precision) {
      throw new PrecisionException(
          "cpu: program and store must have one precision, got %s and %s. Make a %s store."
              .formatted(precision, own.precision(), precision));
    }
    CpuProgram program = CpuProgram.of(graph, own);
    programs.add(program);
    return program;
  }

  void forget(CpuProgram program) {
    programs.remove(program);
  }

  void forget(CpuStore store) {
    stores.remove(store);
  }

  boolean isClosed() {
    return closed;
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
                    case FP32, TF32 -> "Use FP32, or the cuda backend for TF32.";
                  }));
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      thread.run(
          () -> {
            programs.forEach(CpuProgram::free);
            stores.forEach(CpuStore::close);
            library.engineDestroy(engine);
          });
      thread.close();
    }
  }
}

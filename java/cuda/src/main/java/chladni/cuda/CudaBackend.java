package chladni.cuda;

import chladni.engine.backend.Backend;
import chladni.engine.backend.MissingBackendException;
import chladni.engine.backend.Precision;
import chladni.engine.backend.PrecisionException;
import chladni.engine.backend.Program;
import chladni.engine.backend.ProgramException;
import chladni.engine.backend.Store;
import chladni.engine.graph.Graph;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * An opened device: its context, its one stream and our kernels. Work of several threads goes one
 * after the other. Closing it frees the programs and stores that are still open.
 */
final class CudaBackend implements Backend {
  private final Driver driver;
  private final Kernels kernels;
  private final Cublas cublas;
  private final Cudnn cudnn;
  private final String description;
  private final ReentrantLock lock = new ReentrantLock();
  private final Set<CudaProgram> programs = ConcurrentHashMap.newKeySet();
  private final Set<CudaStore> stores = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  CudaBackend() {
    CudaLibraries.load();
    try {
      driver = new Driver();
    } catch (LinkageError e) {
      throw new MissingBackendException(
          "cuda: JCuda does not load: %s. It needs Linux on x86-64 and glibc.".formatted(e), e);
    }
    try {
      kernels = new Kernels(driver);
      cublas = new Cublas(driver);
      cudnn = new Cudnn(driver);
      description =
          "%s, cuBLAS %d, cuDNN %d"
              .formatted(driver.describe(), cublas.version(), Cudnn.version());
    } catch (RuntimeException e) {
      driver.close();
      throw e;
    }
  }

  @Override
  public String name() {
    return "cuda";
  }

  @Override
  public String description() {
    return description;
  }

  /** One: the host only launches, and how the card divides work is part of our kernels. */
  @Override
  public int threads() {
    return 1;
  }

  @Override
  public Set<Precision> precisions() {
    return Set.of(Precision.FP32);
  }

  Driver driver() {
    return driver;
  }

  Cudnn cudnn() {
    return cudnn;
  }

  Cublas cublas() {
    return cublas;
  }

  Kernels kernels() {
    return kernels;
  }

  /** Runs work on the device, alone. */
  <T> T exclusively(Supplier<T> work) {
    lock.lock();
    try {
      checkOpen();
      driver.enter();
      return work.get();
    } finally {
      lock.unlock();
    }
  }

  void exclusively(Runnable work) {
    exclusively(
        () -> {
          work.run();
          return null;
        });
  }

  @Override
  public Store newStore(long seed, Precision precision) {
    check(precision);
    checkOpen();
    CudaStore store = new CudaStore(this, seed);
    stores.add(store);
    return store;
  }

  @Override
  public Program compile(Graph graph, Store store, Precision precision) {
    check(precision);
    if (!(store instanceof CudaStore own) || own.backend() != this) {
      throw new ProgramException(
          "compile: the store belongs to another backend. Make it with newStore of this one.");
    }
    CudaProgram program = CudaProgram.of(graph, own);
    programs.add(program);
    return program;
  }

  void forget(CudaProgram program) {
    programs.remove(program);
  }

  void forget(CudaStore store) {
    stores.remove(store);
  }

  boolean isClosed() {
    return closed;
  }

  private void checkOpen() {
    if (closed) {
      throw new ProgramException("cuda: the backend is closed. Open the engine again.");
    }
  }

  private static void check(Precision precision) {
    if (precision != Precision.FP32) {
      throw new PrecisionException(
          "cuda: it computes in FP32, asked for %s. Use FP32, or the reference backend for FP64."
              .formatted(precision));
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      if (!closed) {
        driver.enter();
        if (driver.alive()) {
          programs.forEach(CudaProgram::free);
          stores.forEach(CudaStore::free);
          cudnn.close();
          cublas.close();
          kernels.close();
        }
        closed = true;
        driver.close();
      }
    } finally {
      lock.unlock();
    }
  }
}

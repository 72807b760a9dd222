package chladni.cuda;

import chladni.engine.backend.MissingBackendException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * The card with its context, its one stream and the libraries and kernels on it. Work of several
 * threads goes one after the other.
 */
final class Device implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("chladni.cuda");

  /** Whether this process has said that it computes on stand-ins. */
  private static final AtomicBoolean SAID = new AtomicBoolean();

  private final Driver driver;
  private final Kernels kernels;
  private final Cublas cublas;
  private final Cudnn cudnn;
  private final Choices choices;
  private final String description;
  private final ReentrantLock lock = new ReentrantLock();

  /**
   * Opens the first device.
   *
   * @param tunes whether convolutions shall be tuned
   * @throws MissingBackendException when there is none that we have kernels for, or a library is missing
   */
  Device(CudaLibraries libraries, ChoiceFolder folder, boolean tunes) {
    libraries.load();
    try {
      driver = new Driver();
      if (driver.standIn() && SAID.compareAndSet(false, true)) {
        LOG.log(
            System.Logger.Level.INFO,
            "CUDA is stand-ins here: kernels run on the host, slowly, and no GPU does anything");
      }
    } catch (LinkageError e) {
      throw new MissingBackendException(
          "cuda: JCuda does not load: %s. It needs Linux on x86-64 and glibc.".formatted(e), e);
    }
    try {
      kernels = new Kernels(driver);
      cublas = new Cublas(driver);
      cudnn = new Cudnn(driver);
      // What cuDNN chose without a compiler is not the best that it has with one.
      String dnn = Cudnn.version() + (libraries.compile() ? "" : " without NVRTC");
      choices = new Choices(folder, "%s, cuDNN %s".formatted(driver.card(), dnn), tunes);
      description =
          "%s, cuBLAS %d%s, cuDNN %d"
              .formatted(driver.describe(), cublas.version(), libraries.shim(), Cudnn.version());
    } catch (RuntimeException e) {
      driver.close();
      throw e;
    }
  }

  /** The card and the versions of its libraries. */
  String description() {
    return description;
  }

  Driver driver() {
    return driver;
  }

  Kernels kernels() {
    return kernels;
  }

  Cublas cublas() {
    return cublas;
  }

  Cudnn cudnn() {
    return cudnn;
  }

  Choices choices() {
    return choices;
  }

  /** Runs work on the device, alone. */
  <T> T call(Supplier<T> work) {
    lock.lock();
    try {
      driver.health().checkAlive();
      driver.enter();
      return work.get();
    } catch (CudaException e) {
      throw driver.judge(e);
    } finally {
      lock.unlock();
    }
  }

  void run(Runnable work) {
    call(
        () -> {
          work.run();
          return null;
        });
  }

  /** Gives back what lies on the device, which a dead context has lost already. */
  void release(Runnable free) {
    lock.lock();
    try {
      if (driver.health().alive()) {
        driver.enter();
        free.run();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Once everything on it is given back. */
  @Override
  public void close() {
    release(
        () -> {
          cudnn.close();
          cublas.close();
          kernels.close();
        });
    driver.close();
  }
}

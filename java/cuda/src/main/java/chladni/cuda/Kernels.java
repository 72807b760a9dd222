package chladni.cuda;

import chladni.engine.backend.MissingBackendException;
import chladni.engine.backend.Requirement;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import jcuda.driver.CUfunction;
import jcuda.driver.CUmodule;

/** Our kernels: one image for all architectures, loaded once for each opened backend. */
final class Kernels implements AutoCloseable {
  private static final String IMAGE = "kernels.fatbin";
  private static final String REASON = "nvcc was not there when it was made";
  private static final String REMEDY = "Install CUDA 13's nvcc and build again.";

  private final Driver driver;
  private final CUmodule module;
  private final Map<String, Optional<CUfunction>> functions = new HashMap<>();

  /**
   * @throws MissingBackendException when this build has none, because there was no nvcc
   */
  Kernels(Driver driver) {
    this.driver = driver;
    // The stand-in driver has its kernels from a library of its own.
    this.module = driver.loadModule(driver.standIn() ? new byte[1] : image());
  }

  /** Whether this build has any. */
  static Requirement requirement() {
    return Kernels.class.getResource(IMAGE) != null
        ? Requirement.met("kernels", "compiled for compute capability 8.0 and later")
        : Requirement.unmet("kernels", "this build has none: " + REASON, REMEDY);
  }

  private static byte[] image() {
    try (InputStream in = Kernels.class.getResourceAsStream(IMAGE)) {
      if (in == null) {
        throw new MissingBackendException(
            "cuda: this build has no kernels: %s. %s".formatted(REASON, REMEDY));
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new MissingBackendException("cuda: %s cannot be read: %s".formatted(IMAGE, e), e);
    }
  }

  CUfunction get(String name) {
    return find(name)
        .orElseThrow(
            () ->
                new MissingBackendException(
                    "cuda: %s has no kernel '%s', since it is of another build. Build again."
                        .formatted(IMAGE, name)));
  }

  boolean has(String name) {
    return find(name).isPresent();
  }

  private Optional<CUfunction> find(String name) {
    return functions.computeIfAbsent(name, n -> driver.function(module, n));
  }

  @Override
  public void close() {
    driver.unload(module);
  }
}

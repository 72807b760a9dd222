package chladni.cuda;

import chladni.engine.backend.Backend;
import chladni.engine.backend.BackendOptions;
import chladni.engine.backend.BackendProvider;

/** Offers the GPU under the name {@code cuda}. */
public final class CudaProvider implements BackendProvider {
  @Override
  public String name() {
    return "cuda";
  }

  /** Before the CPU, except on the stand-ins, which must be asked for by name. */
  @Override
  public int priority() {
    return CudaLibraries.softgpu() ? -1 : 100;
  }

  @Override
  public Backend open(BackendOptions options) {
    return new CudaBackend();
  }
}

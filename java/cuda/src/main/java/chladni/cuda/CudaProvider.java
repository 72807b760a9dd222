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

  /** It must be asked for by name until it has been measured on a card. */
  @Override
  public int priority() {
    return -1;
  }

  @Override
  public Backend open(BackendOptions options) {
    return new CudaBackend();
  }
}

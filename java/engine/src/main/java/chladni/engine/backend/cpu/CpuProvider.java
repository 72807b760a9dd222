package chladni.engine.backend.cpu;

import chladni.engine.backend.Backend;
import chladni.engine.backend.BackendOptions;
import chladni.engine.backend.BackendProvider;

/**
 * The backend {@code cpu}: oneDNN and the host kernels, on Linux x86-64; FP32, and BF16 where the
 * processor multiplies in it.
 */
public final class CpuProvider implements BackendProvider {
  @Override
  public String name() {
    return "cpu";
  }

  @Override
  public int priority() {
    return 50;
  }

  @Override
  public Backend open(BackendOptions options) {
    return new CpuBackend(options);
  }
}

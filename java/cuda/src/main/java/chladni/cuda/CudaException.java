package chladni.cuda;

import chladni.engine.error.EngineException;

/**
 * A call into CUDA that failed, with what was asked. After an error of a kernel the context is dead:
 * nothing on this device works until the engine is opened again.
 */
public final class CudaException extends EngineException {
  private static final long serialVersionUID = 1L;

  private final boolean contextAlive;

  CudaException(String message, boolean contextAlive) {
    super(message);
    this.contextAlive = contextAlive;
  }

  @Override
  public boolean engineUsable() {
    return contextAlive;
  }
}

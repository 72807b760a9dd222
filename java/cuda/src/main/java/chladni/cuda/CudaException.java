package chladni.cuda;

import chladni.engine.error.EngineException;

/**
 * A call into CUDA that failed, with what was asked. After an error of a kernel the context is dead:
 * nothing on this device works until the engine is opened again. Where a run broke off, {@link
 * #variablesKept} is {@code false}.
 */
public final class CudaException extends EngineException {
  private static final long serialVersionUID = 1L;

  private final boolean contextAlive;
  private final boolean variablesKept;

  /** A call that was refused before anything ran. */
  CudaException(String message) {
    this(message, true, true);
  }

  CudaException(String message, boolean contextAlive, boolean variablesKept) {
    super(message);
    this.contextAlive = contextAlive;
    this.variablesKept = variablesKept;
  }

  @Override
  public boolean engineUsable() {
    return contextAlive;
  }

  @Override
  public boolean variablesKept() {
    return variablesKept;
  }
}

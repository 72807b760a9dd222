package chladni.cuda;

import chladni.engine.error.EngineException;

/**
 * A call into CUDA that failed, with what was asked. After an error of a kernel the context is dead
 * with everything in device memory, and so is the card for this process: {@link #engineUsable} is
 * {@code false}. Where a run broke off, {@link #variablesKept} is {@code false}.
 */
public final class CudaException extends EngineException {
  private static final long serialVersionUID = 1L;

  private final boolean contextAlive;
  private final boolean variablesKept;

  /** A call that was refused before anything ran. */
  CudaException(String message) {
    this(message, true, true, null);
  }

  CudaException(
      String message, boolean contextAlive, boolean variablesKept, CudaException cause) {
    super(message, cause);
    this.contextAlive = contextAlive;
    this.variablesKept = variablesKept;
  }

  /** The same failure with the place where it came to light, and what to do there. */
  CudaException in(String place, String advice) {
    return new CudaException(
        "%s: %s%s".formatted(place, getMessage(), advice), contextAlive, variablesKept, this);
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

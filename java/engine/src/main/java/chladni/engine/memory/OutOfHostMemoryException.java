package chladni.engine.memory;

import chladni.engine.error.EngineException;

/** Host memory that the machine does not have; what was there before stays usable. */
public final class OutOfHostMemoryException extends EngineException {
  private static final long serialVersionUID = 1L;

  public OutOfHostMemoryException(String message, Throwable cause) {
    super(message, cause);
  }
}

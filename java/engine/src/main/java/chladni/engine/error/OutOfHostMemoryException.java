package chladni.engine.error;

/**
 * Host memory that the machine does not have, or that the process may not take. What was there before
 * stays usable; nothing of what was asked for is left behind.
 */
public final class OutOfHostMemoryException extends EngineException {
  private static final long serialVersionUID = 1L;

  public OutOfHostMemoryException(String message, Throwable cause) {
    super(message, cause);
  }
}

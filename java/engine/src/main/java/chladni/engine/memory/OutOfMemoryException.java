package chladni.engine.memory;

import chladni.engine.error.EngineException;

/** The machine has no block of the size needed. What was allocated before stays good. */
public final class OutOfMemoryException extends EngineException {
  private static final long serialVersionUID = 1L;

  public OutOfMemoryException(String message) {
    super(message);
  }
}

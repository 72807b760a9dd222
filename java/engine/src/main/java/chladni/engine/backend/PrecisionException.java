package chladni.engine.backend;

import chladni.engine.error.EngineException;

/** A precision that a backend does not have, or not for an operation in the graph. */
public final class PrecisionException extends EngineException {
  private static final long serialVersionUID = 1L;

  public PrecisionException(String message) {
    super(message);
  }
}

package chladni.engine.backend;

import chladni.engine.error.EngineException;

/**
 * A precision that a backend does not have, or not for an operation in the graph. No store or program
 * was made; everything else goes on.
 */
public final class PrecisionException extends EngineException {
  private static final long serialVersionUID = 1L;

  public PrecisionException(String message) {
    super(message);
  }
}

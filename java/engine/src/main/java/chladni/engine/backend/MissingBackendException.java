package chladni.engine.backend;

import chladni.engine.error.EngineException;

/**
 * A backend that was asked for and is not there; the message says what was tried. No engine was
 * opened; others are not touched.
 */
public final class MissingBackendException extends EngineException {
  private static final long serialVersionUID = 1L;

  public MissingBackendException(String message) {
    super(message);
  }

  public MissingBackendException(String message, Throwable cause) {
    super(message, cause);
  }
}

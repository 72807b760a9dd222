package chladni.cuda;

import chladni.engine.error.EngineException;

/** Device memory that the card does not have; what was there before stays usable. */
public final class OutOfDeviceMemoryException extends EngineException {
  private static final long serialVersionUID = 1L;

  OutOfDeviceMemoryException(String message) {
    super(message);
  }
}

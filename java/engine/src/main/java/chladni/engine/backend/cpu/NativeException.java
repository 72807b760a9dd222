package chladni.engine.backend.cpu;

import chladni.engine.error.EngineException;

/** The host library or oneDNN refused something; the message holds its reason and the arguments. */
public final class NativeException extends EngineException {
  private static final long serialVersionUID = 1L;

  NativeException(String message) {
    super(message);
  }
}

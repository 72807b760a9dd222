package chladni.engine.backend;

import chladni.engine.error.EngineException;

/**
 * A program or store used wrongly: an unknown name, a wrong length, no value yet, two threads, after
 * closing. The call did nothing, and the next right one works.
 */
public final class ProgramException extends EngineException {
  private static final long serialVersionUID = 1L;

  public ProgramException(String message) {
    super(message);
  }
}

package chladni.engine.graph;

import chladni.engine.error.EngineException;

/** A derivative that does not exist here, such as that of a non-scalar loss. */
public final class GradientException extends EngineException {
  private static final long serialVersionUID = 1L;

  public GradientException(String message) {
    super(message);
  }
}

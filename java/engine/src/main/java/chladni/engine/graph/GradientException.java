package chladni.engine.graph;

import chladni.engine.error.EngineException;

/**
 * A derivative that does not exist here, such as that of a loss that is no scalar, or one that {@code
 * GradCheck} found wrong. The graph can be built on; gradient nodes made so far are read by nothing.
 */
public final class GradientException extends EngineException {
  private static final long serialVersionUID = 1L;

  public GradientException(String message) {
    super(message);
  }
}

package chladni.engine.graph;

import chladni.engine.error.EngineException;

/** Operands whose shapes or types an operation does not take. The graph is left as it was. */
public final class ShapeException extends EngineException {
  private static final long serialVersionUID = 1L;

  public ShapeException(String message) {
    super(message);
  }
}

package chladni.engine.graph;

import chladni.engine.error.EngineException;

/**
 * Operands whose shapes or types an operation does not take, or a shape that cannot be. The graph can
 * be built on; a verb that composes others may have appended some of them, which nothing reads.
 */
public final class ShapeException extends EngineException {
  private static final long serialVersionUID = 1L;

  public ShapeException(String message) {
    super(message);
  }
}

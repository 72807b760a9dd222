package chladni.engine.graph;

import chladni.engine.error.EngineException;

/** A graph that is put together wrongly: a name used twice, nodes of two graphs, a frozen graph. */
public final class GraphException extends EngineException {
  private static final long serialVersionUID = 1L;

  public GraphException(String message) {
    super(message);
  }
}

package chladni.engine.graph;

import chladni.engine.error.EngineException;

/**
 * A graph that is put together wrongly: a name used twice, nodes of two graphs, a change after
 * compilation. The graph is left as it was, and so is a program made of it.
 */
public final class GraphException extends EngineException {
  private static final long serialVersionUID = 1L;

  public GraphException(String message) {
    super(message);
  }
}

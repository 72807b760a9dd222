package chladni.engine.plan;

import chladni.engine.error.EngineException;

/** A graph that cannot be planned, such as a transposition of more axes than a kernel has. */
public final class PlanException extends EngineException {
  private static final long serialVersionUID = 1L;

  public PlanException(String message) {
    super(message);
  }
}

package chladni.engine.error;

/**
 * A graph that cannot be planned, such as a transposition of more axes than a kernel has. There is no
 * program; the store may know the graph's variables already, with their first values.
 */
public final class PlanException extends EngineException {
  private static final long serialVersionUID = 1L;

  public PlanException(String message) {
    super(message);
  }
}

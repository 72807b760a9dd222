package chladni.engine.error;

/**
 * The root of everything the engine throws on purpose. The message names the subject, the rule, the
 * values and the next move; the type and two questions say what still works.
 */
public abstract class EngineException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  protected EngineException(String message) {
    super(message);
  }

  protected EngineException(String message, Throwable cause) {
    super(message, cause);
  }

  /**
   * Whether the engine that threw this can go on with the next call. It is {@code true} for all that
   * the backends of this module throw; a backend whose device can be lost says {@code false} then.
   */
  public boolean engineUsable() {
    return true;
  }

  /**
   * Whether every variable is sure to hold what it held before the call. It is {@code false} only
   * where a run broke off: what the program assigns may then be of this step in part and of the last
   * one in part. Load those variables again before the next step.
   */
  public boolean variablesKept() {
    return true;
  }
}

package chladni.engine.error;

/**
 * The root of everything the engine throws on purpose. The message names the subject, the rule, the
 * values and the next move.
 */
public abstract class EngineException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  protected EngineException(String message) {
    super(message);
  }

  protected EngineException(String message, Throwable cause) {
    super(message, cause);
  }

  /** Whether the engine that threw this can go on with the next call; {@code true} unless overridden. */
  public boolean engineUsable() {
    return true;
  }
}

package chladni.app.cli;

/** Options or a configuration file that cannot be obeyed; nothing was started. */
public final class UsageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * @param message subject, rule, values and next move
   */
  public UsageException(String message) {
    super(message);
  }

  public UsageException(String message, Throwable cause) {
    super(message, cause);
  }
}

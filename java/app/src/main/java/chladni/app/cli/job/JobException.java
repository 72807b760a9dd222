package chladni.app.cli.job;

/** A command that cannot be carried out, for a reason that no file's format explains. */
public final class JobException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * @param message subject, rule, values and next move
   */
  public JobException(String message) {
    super(message);
  }

  public JobException(String message, Throwable cause) {
    super(message, cause);
  }
}

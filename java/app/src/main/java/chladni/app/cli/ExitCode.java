package chladni.app.cli;

/** What the process tells its caller. */
public final class ExitCode {
  /** The job is done. */
  public static final int OK = 0;

  /** The job was understood but failed; one sentence on the error stream says why. */
  public static final int FAILURE = 1;

  /** The options or the configuration file make no sense; nothing was started. */
  public static final int USAGE = 2;

  /** A replay has found a value that is not finite. */
  public static final int NOT_FINITE = 3;

  private ExitCode() {}
}

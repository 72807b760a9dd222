package chladni.app.cli.doctor;

/**
 * One thing that was looked at.
 *
 * @param fix what to do about it; empty when there is nothing to do
 */
public record Finding(Level level, String subject, String text, String fix) {
  /** How much it matters. */
  public enum Level {
    /** As it should be. */
    OK,
    /** Chladni runs, but something could be better. */
    NOTE,
    /** Chladni will not run, or not reliably. */
    PROBLEM
  }

  static Finding ok(String subject, String text) {
    return new Finding(Level.OK, subject, text, "");
  }

  static Finding note(String subject, String text, String fix) {
    return new Finding(Level.NOTE, subject, text, fix);
  }

  static Finding problem(String subject, String text, String fix) {
    return new Finding(Level.PROBLEM, subject, text, fix);
  }
}

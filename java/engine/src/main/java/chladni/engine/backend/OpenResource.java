package chladni.engine.backend;

import chladni.engine.api.Experimental;

/**
 * Something that is open and that its owner has to close.
 *
 * @param what such as {@code store with seed 1}
 * @param openedAt the line that opened it: the first one outside of the engine, the backend and the JDK
 */
@Experimental
public record OpenResource(String what, StackTraceElement openedAt) {
  private static final StackTraceElement UNKNOWN = new StackTraceElement("?", "?", null, -1);

  /**
   * As opened by the caller of the engine.
   *
   * @param backend the package of the backend that gives it out
   */
  static OpenResource here(String what, String backend) {
    StackTraceElement site =
        StackWalker.getInstance()
            .walk(
                frames ->
                    frames
                        .filter(frame -> isForeign(frame.getClassName(), backend + "."))
                        .findFirst()
                        .map(StackWalker.StackFrame::toStackTraceElement)
                        .orElse(UNKNOWN));
    return new OpenResource(what, site);
  }

  private static boolean isForeign(String className, String backend) {
    return !className.startsWith("chladni.engine.")
        && !className.startsWith(backend)
        && !className.startsWith("java.")
        && !className.startsWith("jdk.");
  }

  /** {@code store with seed 1, opened at app.Main.main(Main.java:12)}. */
  @Override
  public String toString() {
    return what + ", opened at " + openedAt;
  }
}

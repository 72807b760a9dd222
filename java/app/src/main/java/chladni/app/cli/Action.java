package chladni.app.cli;

/** The work behind a command, in another room. */
@FunctionalInterface
public interface Action<T> {
  /**
   * Does what was asked; a typed exception ends the process with {@link ExitCode#FAILURE} and its
   * message.
   */
  void run(T request, Terminal terminal) throws Exception;
}

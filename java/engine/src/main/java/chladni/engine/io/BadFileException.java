package chladni.engine.io;

import chladni.engine.error.EngineException;
import java.nio.file.Path;

/**
 * A file breaks a rule of its format, or cannot be read at all. The engine stays usable; nothing
 * was changed.
 */
public final class BadFileException extends EngineException {
  private static final long serialVersionUID = 1L;

  private final transient Path file;

  /**
   * @param problem the rule and the values that break it, without a final full stop
   * @param nextMove what the reader of the message can do, one sentence
   */
  public BadFileException(Path file, String problem, String nextMove) {
    this(file, problem, nextMove, null);
  }

  public BadFileException(Path file, String problem, String nextMove, Throwable cause) {
    super(file + ": " + problem + ". " + nextMove, cause);
    this.file = file;
  }

  public Path file() {
    return file;
  }
}

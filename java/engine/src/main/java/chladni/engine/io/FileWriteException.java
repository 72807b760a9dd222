package chladni.engine.io;

import chladni.engine.error.EngineException;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;

/**
 * A file could not be written. The message says what became of the target; the engine stays usable.
 */
public final class FileWriteException extends EngineException {
  private static final long serialVersionUID = 1L;

  private final transient Path target;
  private final boolean targetUntouched;

  /**
   * @param targetUntouched whether the target holds exactly what it held before
   * @param outcome what stands now and what to do, one or two sentences
   */
  public FileWriteException(
      Path target, boolean targetUntouched, String outcome, IOException cause) {
    super(target + ": cannot be written (" + reason(cause) + "). " + outcome, cause);
    this.target = target;
    this.targetUntouched = targetUntouched;
  }

  private static String reason(IOException cause) {
    if (cause instanceof FileSystemException e) {
      return e.getReason() == null
          ? e.getClass().getSimpleName() + " " + e.getFile()
          : e.getReason();
    }
    return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
  }

  public Path target() {
    return target;
  }

  /** Whether the target still holds exactly what it held before, which may be nothing. */
  public boolean targetUntouched() {
    return targetUntouched;
  }
}

package chladni.sound2image.training;

import chladni.engine.error.EngineException;
import java.nio.file.Path;

/**
 * A loss or a variable that is NaN or infinite. Nothing of that step reaches a file; the newest
 * checkpoint is good. The store holds what the step has left.
 */
public final class NotFiniteException extends EngineException {
  private static final long serialVersionUID = 1L;

  /**
   * @param subject such as {@code loss 'G_L1'}
   * @param checkpoint the newest, or null when there is none yet
   */
  public NotFiniteException(String subject, long step, double value, Path checkpoint) {
    super(
        "%s: it must stay finite, got %s at step %d; that update was not applied. %s"
            .formatted(subject, value, step, nextMove(step, checkpoint)));
  }

  @Override
  public boolean variablesKept() {
    return false;
  }

  private static String nextMove(long step, Path checkpoint) {
    return checkpoint == null
        ? "There is no checkpoint yet: lower the learning rate or check the data, and start again with a smaller --save-every."
        : "To see where it began, run: chladni replay %s --step %d. Then lower the learning rate or check the data, and continue from the last checkpoint with --resume."
            .formatted(quoted(checkpoint.toString()), step);
  }

  /** For a shell. */
  private static String quoted(String word) {
    return word.matches("[A-Za-z0-9_./+=:,@%-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}

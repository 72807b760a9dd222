package chladni.sound2image.training;

import chladni.engine.error.EngineException;

/**
 * A loss that is NaN or infinite. The update of that step was not applied; the newest checkpoint is
 * good.
 */
public final class NotFiniteException extends EngineException {
  private static final long serialVersionUID = 1L;

  public NotFiniteException(String loss, long step, double value) {
    super(
        "loss '%s': it must stay finite, got %s at step %d; that update was not applied. Lower the learning rate or check the data, then continue from the last checkpoint with --resume."
            .formatted(loss, value, step));
  }
}

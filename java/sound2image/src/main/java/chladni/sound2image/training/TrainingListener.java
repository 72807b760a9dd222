package chladni.sound2image.training;

import java.util.List;

/** Told of each step; for progress bars. */
@FunctionalInterface
public interface TrainingListener {
  TrainingListener SILENT = (stage, step, total, names, values) -> {};

  /**
   * @param stage what is being trained
   * @param step the step just done, counted from 1
   * @param names the losses
   * @param values theirs; reused between calls
   */
  void step(String stage, long step, long total, List<String> names, double[] values);

  /** Told once, before the first step, of what a reader of the results must know. */
  default void note(String text) {}
}

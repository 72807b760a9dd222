package chladni.sound2image.training;

/**
 * What becomes of a training once it is built: it runs to its end, or a part of it runs again. A
 * stage builds the same for both.
 */
@FunctionalInterface
public interface TrainingLoop {
  /** Runs to the last step and saves. */
  TrainingLoop TO_THE_END = Trainer::run;

  /**
   * @param trainer folder, configuration, schedule
   * @param batches a function of the step alone
   */
  void run(Trainer trainer, TrainingStep training, Batches batches);
}

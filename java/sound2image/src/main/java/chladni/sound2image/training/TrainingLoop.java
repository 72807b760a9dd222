package chladni.sound2image.training;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What becomes of a training once it is built: it runs to its end, or a part of it runs again. A
 * stage builds the same for both.
 */
@FunctionalInterface
public interface TrainingLoop {
  /** Runs to the last step and saves. */
  TrainingLoop TO_THE_END = Trainer::run;

  /**
   * The checkpoint that a training goes on from, which it must know before it is built: see {@link
   * Checkpoint#adopt}.
   *
   * @param folder of the training
   * @param resume whether it shall go on from the newest there
   */
  default Optional<Checkpoint> from(Path folder, String stage, boolean resume) {
    return resume ? Checkpoint.newest(folder).map(Checkpoint::read) : Optional.empty();
  }

  /**
   * @param trainer folder, configuration, schedule
   * @param batches a function of the step alone
   */
  void run(Trainer trainer, TrainingStep training, Batches batches);
}

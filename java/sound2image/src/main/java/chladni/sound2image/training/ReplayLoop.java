package chladni.sound2image.training;

import chladni.engine.backend.NonFinite;
import chladni.engine.io.BadFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * Computes a step again that a run has computed before, from a checkpoint before it and bit for bit,
 * and looks at every value in it. Nothing is written.
 */
public final class ReplayLoop implements TrainingLoop {
  private final Checkpoint checkpoint;
  private final long step;
  private Result result;

  /**
   * What the step gave.
   *
   * @param step the one asked for, or an earlier one that had a loss which was not finite already
   * @param losses by name
   * @param notFinite the first result in the order of execution that holds NaN or infinity
   */
  public record Result(
      long step, SequencedMap<String, Double> losses, Optional<NonFinite> notFinite) {}

  /**
   * @param step after the checkpoint's
   */
  public ReplayLoop(Checkpoint checkpoint, long step) {
    if (step <= checkpoint.step()) {
      throw new IllegalArgumentException(
          "replay: the step must come after the checkpoint's, got %d and %d."
              .formatted(step, checkpoint.step()));
    }
    this.checkpoint = checkpoint;
    this.step = step;
  }

  public Checkpoint checkpoint() {
    return checkpoint;
  }

  /** The step asked for. */
  public long step() {
    return step;
  }

  /** Empty when no training of the checkpoint's stage has come by. */
  public Optional<Result> result() {
    return Optional.ofNullable(result);
  }

  @Override
  public Optional<Checkpoint> from(Path folder, String stage, boolean resume) {
    return stage.equals(checkpoint.stage()) ? Optional.of(checkpoint) : Optional.empty();
  }

  /** A command that trains several networks comes by with each. */
  @Override
  public void run(Trainer trainer, TrainingStep training, Batches batches) {
    if (!trainer.stage().equals(checkpoint.stage())) {
      return;
    }
    if (step > trainer.steps()) {
      throw new BadFileException(
          checkpoint.file(),
          "its run was to end at step %d, which says the learning rates up to there alone, and step %d is asked for"
              .formatted(trainer.steps(), step),
          "Replay from a checkpoint that was saved after the run was given more steps.");
    }
    checkpoint.checkConfiguration(trainer.stage(), trainer.metadata());
    String difference = MadeOn.difference(checkpoint.metadata(), MadeOn.of(training));
    if (!difference.isEmpty()) {
      trainer
          .listener()
          .note("the replay is not bit-equal to the run, since it is elsewhere: " + difference);
    }
    result = replay(trainer, training, batches, step);
  }

  private Result replay(Trainer trainer, TrainingStep training, Batches batches, long last) {
    checkpoint.restore(training);
    List<String> names = training.losses();
    double[] values = new double[names.size()];
    for (long s = checkpoint.step() + 1; s < last; s++) {
      trainer.writeInputs(training, batches, s, s == checkpoint.step() + 1);
      training.program().run();
      boolean finite = read(training, values);
      trainer.listener().step(trainer.stage(), s, last, names, values);
      if (!finite) {
        return replay(trainer, training, batches, s);
      }
    }
    trainer.writeInputs(training, batches, last, last == checkpoint.step() + 1);
    Optional<NonFinite> first = training.program().trace();
    read(training, values);
    trainer.listener().step(trainer.stage(), last, last, names, values);
    SequencedMap<String, Double> losses = new LinkedHashMap<>();
    for (int i = 0; i < values.length; i++) {
      losses.put(names.get(i), values[i]);
    }
    return new Result(last, losses, first);
  }

  private static boolean read(TrainingStep training, double[] values) {
    boolean finite = true;
    for (int i = 0; i < values.length; i++) {
      values[i] = training.program().scalar(training.losses().get(i));
      finite &= Double.isFinite(values[i]);
    }
    return finite;
  }
}

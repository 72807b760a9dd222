package chladni.app.cli.job;

import chladni.app.cli.Terminal;
import chladni.app.cli.TrainingCommand;
import chladni.engine.backend.Backend;
import chladni.sound2image.dataset.RunFolder;
import chladni.sound2image.features.FeatureTable;
import chladni.sound2image.training.Checkpoint;
import chladni.sound2image.training.ReplayLoop;
import chladni.sound2image.training.TrainingLoop;
import java.io.IOException;
import java.nio.file.Path;

/**
 * What a training command is run for: to train, or to build its training again for a replay, which
 * writes nothing.
 */
record Work(TrainingLoop loop, boolean writes) {
  /** To the end, with checkpoints that say how to build it again. */
  static Work training(TrainingCommand command) {
    return new Work(
        (trainer, training, batches) ->
            trainer.with(Checkpoint.COMMAND, command.toJson()).run(training, batches),
        true);
  }

  static Work replay(ReplayLoop loop) {
    return new Work(loop, false);
  }

  /** Keeps a training from writing over another. */
  void check(Path folder, boolean resume, Terminal terminal) {
    if (writes) {
      OutFolder.check(folder, resume, terminal);
    }
  }

  /** A replay takes the features as they are: others than its checkpoint's are refused later. */
  FeatureTable features(Backend backend, RunFolder run, Terminal terminal) throws IOException {
    return writes ? SelectJob.features(backend, run, terminal) : FeatureTable.read(run.features());
  }

  /** Names what was made. */
  void made(Path path, Terminal terminal) {
    if (writes) {
      terminal.out().println(path);
    }
  }
}

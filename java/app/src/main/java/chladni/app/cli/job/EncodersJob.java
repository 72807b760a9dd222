package chladni.app.cli.job;

import chladni.app.cli.Terminal;
import chladni.app.cli.TrainEncoders;
import chladni.app.cli.Training;
import chladni.engine.Engine;
import chladni.sound2image.dataset.ClipLabels;
import chladni.sound2image.dataset.ClipSet;
import chladni.sound2image.dataset.RunFolder;
import chladni.sound2image.media.Waveform;
import chladni.sound2image.network.Recipe;
import chladni.sound2image.training.Stages;
import java.io.IOException;
import java.util.List;

/** {@code train encoders}: labelled clips to a picture classifier and a sound classifier. */
public final class EncodersJob {
  private EncodersJob() {}

  public static void run(TrainEncoders.Request request, Terminal terminal) throws IOException {
    run(request, Work.training(request.training().command()), terminal);
  }

  static void run(TrainEncoders.Request request, Work work, Terminal terminal)
      throws IOException {
    Training training = request.training();
    RunFolder run = new RunFolder(training.run());
    work.check(run.pictureEncoder(), training.resume(), terminal);
    work.check(run.soundEncoder(), training.resume(), terminal);
    Recipe preset = Recipe.named(request.preset().toString());
    if (request.data().isPresent() && work.writes()) {
      int workers = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
      PrepareJob.prepare(
          request.data().get(), run, request.set(), preset.seconds(), workers, terminal);
    }
    ClipSet all = ClipSet.readFolder(run.prepared(request.set().toString()));
    if (request.labels().isPresent()) {
      all = ClipLabels.read(request.labels().get()).applyTo(all);
    }
    ClipSet clips = all.labelled();
    List<String> classes = clips.labels().stream().distinct().sorted().toList();
    if (classes.size() < 2) {
      throw new JobException(
          "%s: encoders need labelled clips of at least 2 classes, got %s among %d clips. Put the videos into a folder per class, or give --labels."
              .formatted(run.prepared(request.set().toString()), classes, all.size()));
    }
    terminal
        .err()
        .println(
            "%d clips of %d classes%s"
                .formatted(
                    clips.size(),
                    classes.size(),
                    clips.size() < all.size()
                        ? "; %d without a label are left out".formatted(all.size() - clips.size())
                        : ""));
    Recipe recipe = preset.withSeconds((double) clips.samples() / Waveform.RATE);
    try (Engine engine = Backends.open(training.device(), terminal);
        TrainingProgress progress = new TrainingProgress(terminal)) {
      Stages stages = stages(engine, run, recipe, training, true, progress, work);
      stages.pictureEncoder(clips, classes, Schedules.PICTURE.of(recipe, training));
      stages.soundEncoder(clips, classes, Schedules.SOUND.of(recipe, training));
    }
    work.made(run.pictureEncoder(), terminal);
    work.made(run.soundEncoder(), terminal);
  }

  static Stages stages(
      Engine engine,
      RunFolder run,
      Recipe recipe,
      Training training,
      boolean dropout,
      TrainingProgress progress,
      Work work) {
    return new Stages(
        engine.backend(),
        run,
        recipe,
        training.seed(),
        training.resume(),
        training.saveEvery(),
        dropout,
        progress,
        work.loop());
  }
}

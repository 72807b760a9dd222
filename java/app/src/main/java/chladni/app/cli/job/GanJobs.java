package chladni.app.cli.job;

import chladni.app.cli.Terminal;
import chladni.app.cli.TrainFeatureGan;
import chladni.app.cli.TrainImageGan;
import chladni.app.cli.Training;
import chladni.engine.Engine;
import chladni.sound2image.dataset.ClipSet;
import chladni.sound2image.dataset.RunFolder;
import chladni.sound2image.features.Encoders;
import chladni.sound2image.features.FeatureTable;
import chladni.sound2image.features.MultimodalVectors;
import chladni.sound2image.network.Recipe;
import java.io.IOException;

/** {@code train image-gan} and {@code train feature-gan}. */
public final class GanJobs {
  private GanJobs() {}

  public static void imageGan(TrainImageGan.Request request, Terminal terminal)
      throws IOException {
    imageGan(request, Work.training(request.training().command()), terminal);
  }

  static void imageGan(TrainImageGan.Request request, Work work, Terminal terminal)
      throws IOException {
    Training training = request.training();
    RunFolder run = new RunFolder(training.run());
    Needs.encoders(run);
    work.check(run.imageGan(), training.resume(), terminal);
    Recipe recipe = recipe(run);
    try (Engine engine = Backends.open(training.device(), terminal);
        TrainingProgress progress = new TrainingProgress(terminal)) {
      FeatureTable table = work.features(engine.backend(), run, terminal);
      ClipSet clips = ClipSet.readFolder(run.prepared("corpus"));
      EncodersJob.stages(engine, run, recipe, training, request.dropout(), progress, work)
          .imageGan(table, clips, Schedules.IMAGE_GAN.of(recipe, training));
    }
    work.made(run.imageGan(), terminal);
  }

  public static void featureGan(TrainFeatureGan.Request request, Terminal terminal)
      throws IOException {
    featureGan(request, Work.training(request.training().command()), terminal);
  }

  static void featureGan(TrainFeatureGan.Request request, Work work, Terminal terminal)
      throws IOException {
    Training training = request.training();
    RunFolder run = new RunFolder(training.run());
    Needs.encoders(run);
    work.check(run.featureGan(), training.resume(), terminal);
    Recipe recipe = recipe(run);
    try (Engine engine = Backends.open(training.device(), terminal);
        TrainingProgress progress = new TrainingProgress(terminal)) {
      FeatureTable table = work.features(engine.backend(), run, terminal);
      Needs.multimodal(run, table.fingerprint());
      float[][] hidden = MultimodalVectors.of(engine.backend(), run, table).sound();
      EncodersJob.stages(engine, run, recipe, training, request.dropout(), progress, work)
          .featureGan(
              table,
              hidden,
              request.discriminatorScale(),
              Schedules.FEATURE_GAN.of(recipe, training));
    }
    work.made(run.featureGan(), terminal);
  }

  private static Recipe recipe(RunFolder run) {
    return Encoders.recipe(run.pictureEncoder().resolve(Encoders.PICTURE));
  }
}

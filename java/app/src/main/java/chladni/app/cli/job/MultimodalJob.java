package chladni.app.cli.job;

import chladni.app.cli.Terminal;
import chladni.app.cli.TrainMultimodal;
import chladni.app.cli.Training;
import chladni.engine.Engine;
import chladni.sound2image.dataset.RunFolder;
import chladni.sound2image.features.Encoders;
import chladni.sound2image.features.FeatureTable;
import chladni.sound2image.network.Multimodal;
import chladni.sound2image.network.Recipe;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** {@code train multimodal}: features of selected clips to the layers that join them. */
public final class MultimodalJob {
  private MultimodalJob() {}

  public static void run(TrainMultimodal.Request request, Terminal terminal) throws IOException {
    run(request, Work.training(request.training().command()), terminal);
  }

  static void run(TrainMultimodal.Request request, Work work, Terminal terminal)
      throws IOException {
    Training training = request.training();
    RunFolder run = new RunFolder(training.run());
    Needs.encoders(run);
    work.check(run.multimodal(), training.resume(), terminal);
    Path encoder = run.pictureEncoder().resolve(Encoders.PICTURE);
    Recipe recipe = Encoders.recipe(encoder);
    List<String> classes = Encoders.classes(encoder);
    try (Engine engine = Backends.open(training.device(), terminal);
        TrainingProgress progress = new TrainingProgress(terminal)) {
      FeatureTable table = work.features(engine.backend(), run, terminal);
      EncodersJob.stages(engine, run, recipe, training, true, progress, work)
          .multimodal(
              table,
              classes,
              new Multimodal.Weights(
                  request.l1(),
                  request.hiddenCrossEntropy(),
                  request.labelCrossEntropy(),
                  request.detachTargets()),
              Schedules.MULTIMODAL.of(recipe, training));
    }
    work.made(run.multimodal(), terminal);
  }
}

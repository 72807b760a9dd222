package chladni.app.cli.job;

import chladni.engine.io.SafeTensors;
import chladni.engine.io.SafeTensorsFile;
import chladni.sound2image.dataset.RunFolder;
import chladni.sound2image.features.Encoders;
import chladni.sound2image.features.MultimodalVectors;
import chladni.sound2image.training.Stages;
import java.nio.file.Files;
import java.nio.file.Path;

/** What a stage needs of a run, and which command makes it. */
final class Needs {
  /** The generator of either GAN, inside its folder. */
  static final String GENERATOR = "generator.safetensors";

  private Needs() {}

  static void encoders(RunFolder run) {
    file(run.pictureEncoder().resolve(Encoders.PICTURE), "train encoders --run " + run.root());
    file(run.soundEncoder().resolve(Encoders.SOUND), "train encoders --run " + run.root());
  }

  /** The multimodal layers, trained on the features with this fingerprint. */
  static void multimodal(RunFolder run, String features) {
    Path file = run.multimodal().resolve(MultimodalVectors.FILE);
    file(file, "train multimodal --run " + run.root());
    String trainedOn = trainedOn(file);
    if (!trainedOn.equals(features)) {
      throw new JobException(
          file
              + ": it was trained on other features than the run has now. Empty its folder and run"
              + " chladni train multimodal --run "
              + run.root()
              + ".");
    }
  }

  /** All networks of the path from sound to picture, trained on one selection. */
  static void generator(RunFolder run) {
    encoders(run);
    Path multimodal = run.multimodal().resolve(MultimodalVectors.FILE);
    file(multimodal, "train multimodal --run " + run.root());
    String features = trainedOn(multimodal);
    Path featureGan = run.featureGan().resolve(GENERATOR);
    Path imageGan = run.imageGan().resolve(GENERATOR);
    file(imageGan, "train image-gan --run " + run.root());
    file(featureGan, "train feature-gan --run " + run.root());
    for (Path gan : new Path[] {imageGan, featureGan}) {
      if (!trainedOn(gan).equals(features)) {
        throw new JobException(
            gan
                + ": it was trained on other features than the multimodal layers. Empty its folder"
                + " and train it again.");
      }
    }
  }

  private static void file(Path file, String command) {
    if (!Files.isRegularFile(file)) {
      throw new JobException(file + ": there is no such file. Run chladni " + command + " first.");
    }
  }

  private static String trainedOn(Path file) {
    try (SafeTensorsFile tensors = SafeTensors.read(file)) {
      return tensors.metadata().getOrDefault(Stages.DATA, "");
    }
  }
}

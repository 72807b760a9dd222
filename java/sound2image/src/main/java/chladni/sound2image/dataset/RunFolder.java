package chladni.sound2image.dataset;

import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where the parts of a run lie, in the order in which they are made.
 *
 * @param root the folder that {@code --out} or {@code --model} names
 */
public record RunFolder(Path root) {
  /** The run in which a training has this folder. */
  public static Optional<RunFolder> ofTraining(Path folder) {
    return Stream.iterate(folder.toAbsolutePath().normalize(), f -> f != null, Path::getParent)
        .limit(3)
        .map(RunFolder::new)
        .filter(run -> run.trainings().anyMatch(folder.toAbsolutePath().normalize()::equals))
        .findFirst();
  }

  private Stream<Path> trainings() {
    return Stream.of(pictureEncoder(), soundEncoder(), multimodal(), imageGan(), featureGan());
  }

  /** Prepared clips: {@code corpus}, or {@code encoders} for those with labels. */
  public Path prepared(String set) {
    return root.resolve("prepared").resolve(set);
  }

  public Path pictureEncoder() {
    return root.resolve("encoders").resolve("picture");
  }

  public Path soundEncoder() {
    return root.resolve("encoders").resolve("sound");
  }

  public Path selection() {
    return root.resolve("selection.tsv");
  }

  public Path features() {
    return root.resolve("features.safetensors");
  }

  public Path multimodal() {
    return root.resolve("multimodal");
  }

  public Path imageGan() {
    return root.resolve("image-gan");
  }

  public Path featureGan() {
    return root.resolve("feature-gan");
  }

  public Path report() {
    return root.resolve("report");
  }
}

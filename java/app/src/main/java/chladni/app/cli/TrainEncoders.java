package chladni.app.cli;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The two classifiers that label clips and extract features. */
@Command(
    name = "encoders",
    description = "Train the picture classifier and the sound classifier on labelled clips.",
    footer = {
      "",
      "Options on schedules hold for both classifiers. What follows, the selection of clips and"
          + " their features, is made by the next training that needs it, or by select."
    })
public final class TrainEncoders implements Callable<Integer> {
  /** Sizes of networks and lengths of trainings. */
  public enum Preset {
    SMALL,
    FULL;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * What was asked.
   *
   * @param data videos to prepare first, a folder per class
   * @param set the prepared clips to learn from
   * @param labels a table of labels that stands in for folder names
   */
  public record Request(
      Training training,
      Optional<Path> data,
      ClipsOption.Set set,
      Optional<Path> labels,
      Preset preset) {}

  @Mixin private TrainingOptions training;

  @Option(
      names = "--data",
      paramLabel = "FOLDER",
      description =
          "Folder of class folders of videos, prepared first into --set; not needed when prepare has"
              + " filled that already.")
  private Path data;

  @Option(
      names = "--set",
      defaultValue = "encoders",
      paramLabel = "SET",
      description =
          "Prepared clips to learn from, encoders or corpus. With corpus the selection afterwards"
              + " sees clips that its judges were trained on. Default ${DEFAULT-VALUE}.")
  private ClipsOption.Set set;

  @Option(
      names = "--labels",
      paramLabel = "LABELS.tsv",
      description =
          "Lines of clip, tab, label, instead of the names of folders; a clip is its path below"
              + " --data, without its ending.")
  private Path labels;

  @Option(
      names = "--preset",
      defaultValue = "small",
      paramLabel = "PRESET",
      description =
          "Sizes of all networks of the run: small suits two cores and minutes, full has the widths"
              + " of pix2pix and SoundNet. Default ${DEFAULT-VALUE}.")
  private Preset preset;

  @Spec private CommandSpec spec;
  private final Action<Request> action;

  /**
   * @param action does it
   */
  public TrainEncoders(Action<Request> action) {
    this.action = action;
  }

  @Override
  public Integer call() throws Exception {
    action.run(
        new Request(
            training.checked(),
            Optional.ofNullable(data),
            set,
            Optional.ofNullable(labels),
            preset),
        Checks.terminal(spec));
    return ExitCode.OK;
  }
}

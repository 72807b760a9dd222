package chladni.app.cli;

import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What all trainings inside a run share. */
final class TrainingOptions {
  @Option(
      names = "--run",
      required = true,
      paramLabel = "RUN",
      description = "Folder of the run, as prepare made it.")
  private Path run;

  @Option(
      names = "--steps",
      paramLabel = "N",
      description = "Updates in all; the preset's when not given.")
  private Long steps;

  @Option(
      names = "--batch",
      paramLabel = "N",
      description = "Items per step; the preset's when not given.")
  private Integer batch;

  @Option(
      names = "--rate",
      paramLabel = "RATE",
      description = "Adam's learning rate; the preset's when not given.")
  private Double rate;

  @Option(
      names = "--decay",
      paramLabel = "SHARE",
      description =
          "Share of the steps, at the end, over which the rate falls to zero; the preset's when not"
              + " given.")
  private Double decay;

  @Option(
      names = "--save-every",
      defaultValue = "500",
      paramLabel = "N",
      description = "Steps between checkpoints, 0 for the end only; default ${DEFAULT-VALUE}.")
  private long saveEvery;

  @Option(
      names = "--resume",
      arity = "0..1",
      fallbackValue = "true",
      paramLabel = "BOOL",
      description = "Go on from the last checkpoint of this training.")
  private boolean resume;

  @Option(
      names = "--seed",
      defaultValue = "1",
      paramLabel = "N",
      description = "Of weights, order and dropout; default ${DEFAULT-VALUE}.")
  private long seed;

  @Mixin private DeviceOption device;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  Training checked() {
    if (steps != null) {
      Checks.positive("--steps", steps);
    }
    if (batch != null) {
      Checks.positive("--batch", batch);
    }
    if (rate != null) {
      Checks.positiveRate("--rate", rate);
    }
    if (decay != null) {
      Checks.share("--decay", decay);
    }
    Checks.notNegative("--save-every", saveEvery);
    return new Training(
        run,
        Optional.ofNullable(steps),
        Optional.ofNullable(batch),
        Optional.ofNullable(rate),
        Optional.ofNullable(decay),
        saveEvery,
        resume,
        seed,
        device.choice(),
        TrainingCommand.of(command));
  }
}

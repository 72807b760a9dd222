package chladni.app.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The GAN from features of a sound to features of a picture. */
@Command(
    name = "feature-gan",
    description = "Train the GAN that makes the features of a picture from those of a sound.")
public final class TrainFeatureGan implements Callable<Integer> {
  /**
   * What was asked.
   *
   * @param discriminatorScale factor on the discriminator's loss
   */
  public record Request(Training training, boolean dropout, double discriminatorScale) {}

  @Mixin private TrainingOptions training;

  @Option(
      names = "--no-dropout",
      arity = "0..1",
      fallbackValue = "true",
      paramLabel = "BOOL",
      description = "Train without dropout.")
  private boolean noDropout;

  @Option(
      names = "--discriminator-scale",
      defaultValue = "0.001",
      paramLabel = "F",
      description =
          "Factor on the discriminator's loss (paper, section 5.4); default ${DEFAULT-VALUE}.")
  private double discriminatorScale;

  @Spec private CommandSpec spec;
  private final Action<Request> action;

  /**
   * @param action does it
   */
  public TrainFeatureGan(Action<Request> action) {
    this.action = action;
  }

  @Override
  public Integer call() throws Exception {
    Checks.positiveRate("--discriminator-scale", discriminatorScale);
    action.run(
        new Request(training.checked(), !noDropout, discriminatorScale), Checks.terminal(spec));
    return ExitCode.OK;
  }
}

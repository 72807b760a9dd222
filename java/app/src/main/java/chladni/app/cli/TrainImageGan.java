package chladni.app.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The GAN from features of a picture to the picture. */
@Command(
    name = "image-gan",
    description = "Train the GAN that makes a picture from the features of a picture.")
public final class TrainImageGan implements Callable<Integer> {
  /** What was asked. */
  public record Request(Training training, boolean dropout) {}

  @Mixin private TrainingOptions training;

  @Option(
      names = "--no-dropout",
      arity = "0..1",
      fallbackValue = "true",
      paramLabel = "BOOL",
      description = "Train without dropout.")
  private boolean noDropout;

  @Spec private CommandSpec spec;
  private final Action<Request> action;

  /**
   * @param action does it
   */
  public TrainImageGan(Action<Request> action) {
    this.action = action;
  }

  @Override
  public Integer call() throws Exception {
    action.run(new Request(training.checked(), !noDropout), Checks.terminal(spec));
    return ExitCode.OK;
  }
}

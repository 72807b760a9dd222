package chladni.app.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The paper's multimodal layers. */
@Command(
    name = "multimodal",
    description = "Train the multimodal layers, which bring pictures and sounds into one space.")
public final class TrainMultimodal implements Callable<Integer> {
  /**
   * What was asked.
   *
   * @param l1 weight of the L1 distance between hidden vectors
   * @param hiddenCrossEntropy weight of the soft cross-entropies between them
   * @param labelCrossEntropy weight of the classification
   * @param detachTargets whether a soft cross-entropy's target is taken as data
   */
  public record Request(
      Training training,
      double l1,
      double hiddenCrossEntropy,
      double labelCrossEntropy,
      boolean detachTargets) {}

  @Mixin private TrainingOptions training;

  @Option(
      names = "--l1-weight",
      defaultValue = "1",
      paramLabel = "W",
      description = "Of the L1 distance between hidden vectors; default ${DEFAULT-VALUE}.")
  private double l1;

  @Option(
      names = "--hidden-ce-weight",
      defaultValue = "1",
      paramLabel = "W",
      description = "Of the soft cross-entropies between them; default ${DEFAULT-VALUE}.")
  private double hiddenCrossEntropy;

  @Option(
      names = "--label-ce-weight",
      defaultValue = "1",
      paramLabel = "W",
      description = "Of the classification; default ${DEFAULT-VALUE}.")
  private double labelCrossEntropy;

  @Option(
      names = "--undetached-targets",
      arity = "0..1",
      fallbackValue = "true",
      paramLabel = "BOOL",
      description = "Let gradients through the targets of the soft cross-entropies.")
  private boolean undetached;

  @Spec private CommandSpec spec;
  private final Action<Request> action;

  /**
   * @param action does it
   */
  public TrainMultimodal(Action<Request> action) {
    this.action = action;
  }

  @Override
  public Integer call() throws Exception {
    action.run(
        new Request(
            training.checked(), l1, hiddenCrossEntropy, labelCrossEntropy, !undetached),
        Checks.terminal(spec));
    return ExitCode.OK;
  }
}

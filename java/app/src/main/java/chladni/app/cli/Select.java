package chladni.app.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The paper's selection of clips whose picture and sound agree. */
@Command(
    name = "select",
    description = "Keep the clips whose picture and sound get a common label, and extract their features.",
    footer = {
      "",
      "Trainings that need the selection make it themselves, with these defaults, when it is missing"
          + " or was made by other encoders or from other clips; this command is for other values."
    })
public final class Select implements Callable<Integer> {
  /**
   * What was asked.
   *
   * @param heldOut share of each class for evaluation
   * @param perClass at most so many clips of a class, 0 for all
   */
  public record Request(Path run, double heldOut, int perClass, DeviceChoice device) {}

  @Option(
      names = "--run",
      required = true,
      paramLabel = "RUN",
      description = "Folder of a run whose encoders are trained.")
  private Path run;

  @Option(
      names = "--held-out",
      defaultValue = "0.1",
      paramLabel = "SHARE",
      description =
          "Share of each class that no later network learns from; default ${DEFAULT-VALUE}.")
  private double heldOut;

  @Option(
      names = "--per-class",
      paramLabel = "N",
      description = "At most so many clips of a class; all when not given.")
  private int perClass;

  @Mixin private DeviceOption device;

  @Spec private CommandSpec spec;
  private final Action<Request> action;

  /**
   * @param action does it
   */
  public Select(Action<Request> action) {
    this.action = action;
  }

  @Override
  public Integer call() throws Exception {
    Checks.share("--held-out", heldOut);
    Checks.positiveOrAbsent(spec, "--per-class", perClass);
    action.run(new Request(run, heldOut, perClass, device.choice()), Checks.terminal(spec));
    return ExitCode.OK;
  }
}

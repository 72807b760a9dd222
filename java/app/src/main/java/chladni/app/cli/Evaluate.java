package chladni.app.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The measures that need no judge. */
@Command(
    name = "evaluate",
    description = "Measure a run: how its selection went, and how near pictures and sounds came.",
    footer = {
      "",
      "Retrieval is that of the paper's figure 5: the share of pictures whose nearest sound has their"
          + " class. The report goes to RUN/evaluation/index.html, its figures to metrics.json there."
    })
public final class Evaluate implements Callable<Integer> {
  /** What was asked. */
  public record Request(Path run, DeviceChoice device) {}

  @Option(
      names = "--run",
      required = true,
      paramLabel = "RUN",
      description = "Folder of a run whose multimodal layers are trained.")
  private Path run;

  @Mixin private DeviceOption device;

  @Spec private CommandSpec spec;
  private final Action<Request> action;

  /**
   * @param action does it
   */
  public Evaluate(Action<Request> action) {
    this.action = action;
  }

  @Override
  public Integer call() throws Exception {
    action.run(new Request(run, device.choice()), Checks.terminal(spec));
    return ExitCode.OK;
  }
}

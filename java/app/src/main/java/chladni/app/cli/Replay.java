package chladni.app.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** A step of an old run, computed again. */
@Command(
    name = "replay",
    description =
        "Compute a step of a training again, bit for bit, from a checkpoint before it, and find the"
            + " first result in it that is NaN or infinite. Nothing in the run's folder changes.",
    footer = {
      "",
      "Prints the losses of the step and where the first value that is not finite arose. Exit codes:"
          + " 0 everything is finite; 3 something is not; 1 and 2 as for all commands."
    })
public final class Replay implements Callable<Integer> {
  /** What was asked. */
  public record Request(Path checkpoint, long step) {}

  /** The work behind the command, in another room. */
  @FunctionalInterface
  public interface Work {
    /** Whether every value of the step is finite. */
    boolean allFinite(Request request, Terminal terminal) throws Exception;
  }

  @Parameters(
      paramLabel = "CHECKPOINT",
      description = "checkpoint.safetensors of a training, or the previous one beside it.")
  private Path checkpoint;

  @Option(
      names = "--step",
      required = true,
      paramLabel = "N",
      description = "The step to look into, after the checkpoint's.")
  private long step;

  @Spec private CommandSpec spec;
  private final Work work;

  /**
   * @param work does it
   */
  public Replay(Work work) {
    this.work = work;
  }

  @Override
  public Integer call() throws Exception {
    Checks.positive("--step", step);
    boolean finite = work.allFinite(new Request(checkpoint, step), Checks.terminal(spec));
    return finite ? ExitCode.OK : ExitCode.NOT_FINITE;
  }
}

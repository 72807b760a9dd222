package chladni.app.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** One archive to carry to another machine. */
@Command(
    name = "bundle",
    description =
        "Make one archive that runs on a Linux x86-64 host with an NVIDIA driver and CUDA's"
            + " libraries and nothing else: no Java, no network.",
    footer = {
      "",
      "Unpacked there, tests/gpu/run.sh PART... proves and measures what the card does, and"
          + " ./chladni runs the commands that need no video."
    })
public final class Bundle implements Callable<Integer> {
  /** What was asked. */
  public record Request(Path out, boolean force) {}

  @Option(names = "--gpu", required = true, description = "For a host with a GPU; there is no other kind.")
  private boolean gpu;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FILE.tar.gz",
      description = "Where the archive goes.")
  private Path out;

  @Option(names = "--force", description = "Replace the file when it exists.")
  private boolean force;

  @Spec private CommandSpec spec;
  private final Action<Request> action;

  /**
   * @param action makes it
   */
  public Bundle(Action<Request> action) {
    this.action = action;
  }

  @Override
  public Integer call() throws Exception {
    Checks.require(
        out.toString().endsWith(".tar.gz"),
        "--out must end in .tar.gz, which the archive is, got " + out + ". Correct it.");
    action.run(new Request(out, force), Checks.terminal(spec));
    return ExitCode.OK;
  }
}

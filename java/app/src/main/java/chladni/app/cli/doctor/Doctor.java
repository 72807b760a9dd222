package chladni.app.cli.doctor;

import chladni.app.cli.Action;
import chladni.app.cli.DeviceOption;
import chladni.app.cli.ExitCode;
import chladni.app.cli.Terminal;
import chladni.app.cli.UsageException;
import chladni.app.cli.doctor.Finding.Level;
import chladni.app.cli.doctor.ProgramRequest.Network;
import chladni.app.cli.doctor.ProgramRequest.Work;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Tells what the machine has, what it lacks, and what to do about it; or what a program does on it,
 * step by step.
 */
@Command(
    name = "doctor",
    description = {
      "Tell what this machine has and lacks;",
      "or, with --program, what a network's program does and the memory it takes."
    },
    footer = {"", "Exits with 1 when something keeps Chladni from running."})
public final class Doctor implements Callable<Integer> {
  @Option(
      names = "--program",
      paramLabel = "NET",
      description = "List the program of a network: ${COMPLETION-CANDIDATES}.")
  private Network network;

  @Option(
      names = "--work",
      defaultValue = "inference",
      paramLabel = "WORK",
      description = "inference or its training step; default ${DEFAULT-VALUE}.")
  private Work work;

  @Option(
      names = "--batch",
      defaultValue = "1",
      paramLabel = "N",
      description = "Items at once; default ${DEFAULT-VALUE}.")
  private int batch;

  @Mixin private DeviceOption device;

  @Spec private CommandSpec spec;
  private final Action<ProgramRequest> listing;

  /**
   * @param listing prints a program's steps
   */
  public Doctor(Action<ProgramRequest> listing) {
    this.listing = listing;
  }

  @Override
  public Integer call() throws Exception {
    if (network == null) {
      return inspect();
    }
    if (batch < 1) {
      throw new UsageException("--batch must be at least 1, got " + batch + ". Correct it.");
    }
    if (network == Network.PATCHGAN && work == Work.STEP) {
      throw new UsageException(
          "--program patchgan is trained by the step of a U-Net. Use --program unet128 --work step.");
    }
    listing.run(
        new ProgramRequest(network, work, batch, device.choice()),
        new Terminal(spec.commandLine().getOut(), spec.commandLine().getErr(), 0));
    return ExitCode.OK;
  }

  private int inspect() {
    List<Finding> findings = Inspection.here().findings();
    PrintWriter out = spec.commandLine().getOut();
    int width = findings.stream().mapToInt(f -> f.subject().length()).max().orElse(0);
    for (Finding finding : findings) {
      String mark =
          switch (finding.level()) {
            case OK -> "ok     ";
            case NOTE -> "note   ";
            case PROBLEM -> "PROBLEM";
          };
      String subject = finding.subject() + " ".repeat(width - finding.subject().length());
      out.println(mark + "  " + subject + "  " + finding.text());
      if (!finding.fix().isEmpty()) {
        out.println(" ".repeat(11 + width) + finding.fix());
      }
    }
    long problems = findings.stream().filter(f -> f.level() == Level.PROBLEM).count();
    out.println(
        problems == 0
            ? "Chladni can run here."
            : problems
                + (problems == 1 ? " problem keeps" : " problems keep")
                + " Chladni from running.");
    return problems == 0 ? ExitCode.OK : ExitCode.FAILURE;
  }
}

package chladni.app.cli.doctor;

import chladni.app.cli.ExitCode;
import chladni.app.cli.doctor.Finding.Level;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Tells what the machine has, what it lacks, and what to do about it. */
@Command(
    name = "doctor",
    description = "Tell what this machine has and lacks.",
    footer = {"", "Exits with 1 when something keeps Chladni from running."})
public final class Doctor implements Callable<Integer> {
  @Spec private CommandSpec spec;
  private final Inspection inspection;

  public Doctor() {
    this(Inspection.here());
  }

  public Doctor(Inspection inspection) {
    this.inspection = inspection;
  }

  @Override
  public Integer call() {
    List<Finding> findings = inspection.findings();
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

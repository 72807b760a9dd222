package chladni.app.cli.job;

import chladni.app.cli.Replay;
import chladni.app.cli.Terminal;
import chladni.app.cli.TrainEncoders;
import chladni.app.cli.TrainFeatureGan;
import chladni.app.cli.TrainImageGan;
import chladni.app.cli.TrainMultimodal;
import chladni.app.cli.TrainPix2pix;
import chladni.app.cli.TrainingCommand;
import chladni.engine.backend.NonFinite;
import chladni.engine.io.BadFileException;
import chladni.sound2image.dataset.RunFolder;
import chladni.sound2image.training.Checkpoint;
import chladni.sound2image.training.ReplayLoop;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/**
 * {@code replay}: a checkpoint to the losses of a later step and its first value that is not finite.
 * The command that the checkpoint keeps is parsed again, so that data, networks and schedule are
 * built by the code that has built them before.
 */
public final class ReplayJob {
  private ReplayJob() {}

  public static boolean run(Replay.Request request, Terminal terminal) throws Exception {
    Checkpoint checkpoint = Checkpoint.read(request.checkpoint());
    if (request.step() <= checkpoint.step()) {
      throw new JobException(
          "%s: it was taken after step %d, so --step must be larger, got %d. Give a later step or an earlier checkpoint, such as %s."
              .formatted(
                  checkpoint.file(), checkpoint.step(), request.step(), Checkpoint.PREVIOUS));
    }
    ReplayLoop replay = new ReplayLoop(checkpoint, request.step());
    training(TrainingCommand.of(checkpoint), replay, terminal).call();
    ReplayLoop.Result result =
        replay
            .result()
            .orElseThrow(
                () ->
                    new BadFileException(
                        checkpoint.file(),
                        "its command does not train its stage, '" + checkpoint.stage() + "'",
                        "Replay it with the version that made it."));
    print(result, checkpoint, request, terminal.out());
    return result.notFinite().isEmpty();
  }

  private static void print(
      ReplayLoop.Result result, Checkpoint checkpoint, Replay.Request request, PrintWriter out) {
    if (result.step() < request.step()) {
      out.printf("a loss is not finite at step %d already: stopped there%n", result.step());
    }
    out.printf("step %d of %s%n", result.step(), checkpoint.stage());
    result.losses().forEach((name, value) -> out.printf("%s %s%n", name, value));
    if (result.notFinite().isEmpty()) {
      out.println("every result of the step is finite");
      return;
    }
    NonFinite first = result.notFinite().get();
    out.printf("first result that is not finite: %s%n", first.label());
    out.printf(
        "  %d of its values are not finite, the first at %s: %s%n",
        first.count(), Arrays.toString(first.index()), first.value());
    if (first.nodes().size() > 1) {
      out.printf("  one kernel computes %s%n", String.join(", ", first.nodes()));
    }
    if (!first.sources().isEmpty()) {
      out.printf("  not finite before the step: %s%n", String.join(", ", first.sources()));
    }
  }

  private static Callable<Integer> training(
      TrainingCommand command, ReplayLoop replay, Terminal terminal) {
    Work work = Work.replay(replay);
    Callable<Integer> training =
        switch (command.path()) {
          case "train pix2pix" -> new TrainPix2pix((r, t) -> Pix2PixJob.replay(r, replay, t));
          case "train encoders" -> new TrainEncoders((r, t) -> EncodersJob.run(r, work, t));
          case "train multimodal" -> new TrainMultimodal((r, t) -> MultimodalJob.run(r, work, t));
          case "train image-gan" -> new TrainImageGan((r, t) -> GanJobs.imageGan(r, work, t));
          case "train feature-gan" -> new TrainFeatureGan((r, t) -> GanJobs.featureGan(r, work, t));
          default -> throw unknown(replay.checkpoint(), command.path(), null);
        };
    CommandLine line = new CommandLine(training);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setExpandAtFiles(false);
    line.setOut(terminal.out());
    line.setErr(terminal.err());
    List<String> words = new ArrayList<>(command.options());
    words.add(place(replay.checkpoint(), line));
    if (line.getCommandSpec().findOption("--decay") == null) {
      // One rate for all steps, so the run may end anywhere.
      words.add("--steps=" + replay.step());
    }
    try {
      line.parseArgs(words.toArray(String[]::new));
    } catch (ParameterException e) {
      throw unknown(replay.checkpoint(), e.getMessage(), e);
    }
    return training;
  }

  /** Where the run lies now, which may have been moved since. */
  private static String place(Checkpoint checkpoint, CommandLine line) {
    Path folder = checkpoint.file().toAbsolutePath().normalize().getParent();
    if (line.getCommandSpec().findOption("--out") != null) {
      return "--out=" + folder;
    }
    return RunFolder.ofTraining(folder)
        .map(run -> "--run=" + run.root())
        .orElseThrow(
            () ->
                new JobException(
                    checkpoint.file()
                        + ": it must lie in the folder of its run, beside what it was trained on."
                        + " Move it back."));
  }

  private static BadFileException unknown(Checkpoint checkpoint, String what, Throwable cause) {
    return new BadFileException(
        checkpoint.file(),
        "its command must be one of chladni train, got: " + what,
        "Replay it with the version that made it.",
        cause);
  }
}

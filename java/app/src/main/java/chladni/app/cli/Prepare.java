package chladni.app.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Videos to prepared clips. */
@Command(
    name = "prepare",
    description = "Read videos into the pictures and sounds that networks learn from.",
    footer = {
      "",
      "A file that cannot be read is listed with its reason and skipped. A preparation that was"
          + " killed goes on where it was when the same command is given again."
    })
public final class Prepare implements Callable<Integer> {
  /**
   * What was asked.
   *
   * @param set {@code corpus}, or {@code encoders} for clips that only the encoders learn from
   * @param seconds length of each sound
   * @param workers decoding processes, 0 for one per two processors
   * @param keepMp3 whether each sound is kept as the paper's MP3 as well
   */
  public record Request(
      Path data, Path run, ClipsOption.Set set, double seconds, int workers, boolean keepMp3) {}

  @Option(
      names = "--data",
      required = true,
      paramLabel = "FOLDER",
      description =
          "Folder of videos (mp4, mkv, webm, mov, avi ...), searched with its folders. A file's label"
              + " is the folder it lies in.")
  private Path data;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "RUN",
      description = "Folder of the run; made if it is not there.")
  private Path out;

  @Mixin private ClipsOption set;

  @Option(
      names = "--seconds",
      defaultValue = "5",
      paramLabel = "S",
      description = "Length of each sound; shorter ones are repeated. Default ${DEFAULT-VALUE}.")
  private double seconds;

  @Option(
      names = "--workers",
      paramLabel = "N",
      description = "Decoding processes; one per two processors when not given.")
  private int workers;

  @Option(
      names = "--keep-mp3",
      arity = "0..1",
      fallbackValue = "true",
      paramLabel = "BOOL",
      description = "Keep each sound as a single-channel 22 kHz MP3 too (paper, section 4.1).")
  private boolean keepMp3;

  @Spec private CommandSpec spec;
  private final Action<Request> action;

  /**
   * @param action does it
   */
  public Prepare(Action<Request> action) {
    this.action = action;
  }

  @Override
  public Integer call() throws Exception {
    Checks.positiveOrAbsent(spec, "--workers", workers);
    Checks.require(
        seconds > 0 && seconds <= 60,
        "--seconds must lie in (0, 60], got " + seconds + ". Correct it.");
    action.run(
        new Request(data, out, set.set(), seconds, workers, keepMp3),
        Checks.terminal(spec));
    return ExitCode.OK;
  }
}

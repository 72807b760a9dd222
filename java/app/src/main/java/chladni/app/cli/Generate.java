package chladni.app.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Sounds to pictures. */
@Command(
    name = "generate",
    description = "Make pictures from sounds: any sound file, or video with sound.",
    footer = {
      "",
      "A file that cannot be read is listed with its reason and skipped; the exit code is 1 then."
    })
public final class Generate implements Callable<Integer> {
  /**
   * What was asked.
   *
   * @param overwrite whether pictures that exist are replaced
   */
  public record Request(
      Path model, List<Path> sounds, Path out, boolean overwrite, DeviceChoice device) {}

  @Option(
      names = "--model",
      required = true,
      paramLabel = "RUN",
      description = "Folder of a trained run.")
  private Path model;

  @Parameters(
      arity = "1..*",
      paramLabel = "CLIP",
      description = "Sound files (wav, mp3, flac, ogg, m4a) or videos with sound.")
  private List<Path> sounds;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "Where the pictures go, CLIP.png each; made if it is not there.")
  private Path out;

  @Option(
      names = "--overwrite",
      arity = "0..1",
      fallbackValue = "true",
      paramLabel = "BOOL",
      description = "Replace pictures that exist.")
  private boolean overwrite;

  @Mixin private DeviceOption device;

  @Spec private CommandSpec spec;
  private final Action<Request> action;

  /**
   * @param action does it
   */
  public Generate(Action<Request> action) {
    this.action = action;
  }

  @Override
  public Integer call() throws Exception {
    action.run(
        new Request(model, List.copyOf(sounds), out, overwrite, device.choice()),
        Checks.terminal(spec));
    return ExitCode.OK;
  }
}

package chladni.app.cli;

import chladni.engine.backend.Precision;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** One network in inference mode, from npy to npy. */
@Command(
    name = "forward",
    description = "Run a network with given weights on an array, in inference mode.")
public final class NetForward implements Callable<Integer> {
  /** Networks that can be run by themselves. */
  public enum Net {
    UNET128,
    UNET256,
    PATCHGAN;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * What was asked.
   *
   * @param inChannels 0 to take it from the weights
   * @param outChannels 0 to take it from the weights
   */
  public record Request(
      Net net,
      int inChannels,
      int outChannels,
      Path weights,
      Path input,
      Path output,
      DeviceChoice device,
      Precision precision) {}

  @Option(
      names = "--net",
      required = true,
      paramLabel = "NET",
      description = "One of ${COMPLETION-CANDIDATES}.")
  private Net net;

  @Option(
      names = "--in-channels",
      paramLabel = "N",
      description = "Channels of the input; taken from the weights when not given.")
  private int inChannels;

  @Option(
      names = "--out-channels",
      paramLabel = "N",
      description = "Channels of the output; taken from the weights when not given.")
  private int outChannels;

  @Option(
      names = "--weights",
      required = true,
      paramLabel = "F.safetensors",
      description = "Weights under PyTorch's key names.")
  private Path weights;

  @Option(
      names = "--input",
      required = true,
      paramLabel = "X.npy",
      description = "Float array (N, C, H, W).")
  private Path input;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "Y.npy",
      description = "Where the result goes; replaced when it exists.")
  private Path output;

  @Mixin private DeviceOption device;

  @Mixin private PrecisionOption precision;
  @Spec private CommandSpec spec;
  private final Action<Request> action;

  /**
   * @param action runs the network
   */
  public NetForward(Action<Request> action) {
    this.action = action;
  }

  @Override
  public Integer call() throws Exception {
    Checks.positiveOrAbsent(spec, "--in-channels", inChannels);
    Checks.positiveOrAbsent(spec, "--out-channels", outChannels);
    action.run(
        new Request(
            net,
            inChannels,
            outChannels,
            weights,
            input,
            output,
            device.choice(),
            precision.checked()),
        Checks.terminal(spec));
    return ExitCode.OK;
  }
}

package chladni.app.cli;

import picocli.CommandLine.Option;

/** {@code --device} and {@code --tune}, for commands that compute. */
public final class DeviceOption {
  @Option(
      names = "--device",
      defaultValue = "auto",
      paramLabel = "DEVICE",
      description = "One of ${COMPLETION-CANDIDATES}; default ${DEFAULT-VALUE}.")
  private Device device;

  @Option(
      names = "--tune",
      arity = "0..1",
      fallbackValue = "true",
      paramLabel = "BOOL",
      description =
          "On cuda, time the implementations of each convolution that is new to this card and keep"
              + " the fastest, for later runs too. What a resumed run goes on from decides before.")
  private boolean tune;

  public DeviceChoice choice() {
    return new DeviceChoice(device.toString(), tune);
  }
}

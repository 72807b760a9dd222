package chladni.app.cli;

import picocli.CommandLine.Option;

/** {@code --device}, for commands that compute. */
public final class DeviceOption {
  @Option(
      names = "--device",
      defaultValue = "auto",
      paramLabel = "DEVICE",
      description = "One of ${COMPLETION-CANDIDATES}; default ${DEFAULT-VALUE}.")
  private Device device;

  /** The name of a backend, or {@code auto}. */
  public String name() {
    return device.toString();
  }
}

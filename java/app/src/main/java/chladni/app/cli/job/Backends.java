package chladni.app.cli.job;

import chladni.app.cli.DeviceChoice;
import chladni.app.cli.Terminal;
import chladni.engine.Engine;

/** Opens what {@code --device} names and says which backend that is. */
final class Backends {
  private Backends() {}

  static Engine open(DeviceChoice device, Terminal terminal) {
    Engine engine = device.open();
    terminal.err().println("device " + engine.choice() + " (" + engine.backend().description() + ")");
    terminal.err().flush();
    return engine;
  }
}

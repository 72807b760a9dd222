package chladni.app.cli.job;

import chladni.app.cli.Terminal;
import chladni.engine.Engine;
import chladni.engine.backend.BackendOptions;

/** Opens what {@code --device} names and says which backend that is. */
final class Backends {
  private Backends() {}

  static Engine open(String device, Terminal terminal) {
    Engine engine = Engine.open(device, BackendOptions.DEFAULT);
    terminal.err().println("device " + engine.choice() + " (" + engine.backend().description() + ")");
    terminal.err().flush();
    return engine;
  }
}

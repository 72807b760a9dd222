package chladni.app.cli;

import chladni.engine.Engine;
import chladni.engine.backend.BackendOptions;

/**
 * What computes.
 *
 * @param name of a backend, or {@code auto}
 * @param tune whether it times several implementations of a step where none is always the fastest
 */
public record DeviceChoice(String name, boolean tune) {
  public Engine open() {
    return Engine.open(name, BackendOptions.DEFAULT.withTune(tune));
  }
}

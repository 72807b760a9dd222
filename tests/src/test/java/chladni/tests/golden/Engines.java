package chladni.tests.golden;

import chladni.engine.Engine;
import chladni.engine.backend.Backend;
import java.util.EnumMap;
import java.util.Map;

/** The engines of a test class, each opened at its first use and closed with the class. */
final class Engines implements AutoCloseable {
  private final Map<Device, Engine> open = new EnumMap<>(Device.class);

  Backend backend(Device device) {
    return open.computeIfAbsent(device, Device::open).backend();
  }

  @Override
  public void close() {
    open.values().forEach(Engine::close);
  }
}

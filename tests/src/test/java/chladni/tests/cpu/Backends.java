package chladni.tests.cpu;

import chladni.engine.Engine;
import chladni.engine.backend.BackendOptions;

/** Engines that live as long as the test process. */
final class Backends {
  static final Engine CPU = Engine.open("cpu", BackendOptions.DEFAULT);
  static final Engine CUDA = Engine.open("cuda", BackendOptions.DEFAULT);
  static final Engine REFERENCE = Engine.open("reference", BackendOptions.DEFAULT);

  private Backends() {}

  static Engine named(String name) {
    return switch (name) {
      case "cpu" -> CPU;
      case "cuda" -> CUDA;
      default -> REFERENCE;
    };
  }
}

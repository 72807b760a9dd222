package chladni.tests.ops;

import chladni.engine.Engine;
import chladni.engine.backend.Backend;
import chladni.engine.backend.BackendOptions;
import chladni.engine.backend.BackendProvider;
import chladni.engine.backend.MissingBackendException;
import chladni.engine.backend.Precision;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;

/** The backends that the table runs on, opened once and kept for the life of the test process. */
final class Backends {
  /** What must open on every machine that runs the tests; others are tested where they open. */
  static final List<String> EXPECTED_BACKENDS = List.of("reference", "cpu");

  private static final Map<String, Engine> OPEN = open();

  private Backends() {}

  /** A backend in a precision. */
  record Target(String name, Precision precision) {
    Backend backend() {
      return OPEN.get(name).backend();
    }

    @Override
    public String toString() {
      return name + " " + precision;
    }
  }

  /** The specification. */
  static final Target EXACT = new Target("reference", Precision.FP64);

  /** All others: the reference in FP32 among them, which shows what one rounding per node costs. */
  static List<Target> inFp32() {
    return OPEN.keySet().stream().map(name -> new Target(name, Precision.FP32)).toList();
  }

  /** All of them and the specification. */
  static List<Target> all() {
    List<Target> all = new ArrayList<>(inFp32());
    all.add(EXACT);
    return all;
  }

  private static Map<String, Engine> open() {
    Map<String, Engine> open = new LinkedHashMap<>();
    for (BackendProvider provider : ServiceLoader.load(BackendProvider.class)) {
      try {
        open.put(provider.name(), Engine.open(provider.name(), BackendOptions.DEFAULT));
      } catch (MissingBackendException e) {
        // BackendsTest fails when this one was expected.
        System.getLogger("chladni.tests").log(System.Logger.Level.INFO, e.getMessage());
      }
    }
    return open;
  }

  static boolean opened(String name) {
    return OPEN.containsKey(name);
  }
}

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
  static final List<String> EXPECTED_BACKENDS = List.of("reference", "cpu", "cuda");

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

  /**
   * Every backend in every precision that it has on this machine, but the specification: the
   * reference among them, which shows what the roundings alone cost.
   */
  static List<Target> rounded() {
    List<Target> rounded = new ArrayList<>();
    OPEN.forEach(
        (name, engine) ->
            engine.backend().precisions().stream()
                .map(precision -> new Target(name, precision))
                .filter(target -> !target.equals(EXACT))
                .forEach(rounded::add));
    return rounded;
  }

  /**
   * Those that this row tells apart: without a product, BF16 is FP32 (see Bfloat16Test). TF32 is the
   * plan of FP32 with other libraries' engines, so one row of each operation will do.
   */
  static List<Target> rounded(OpCase c) {
    boolean multiplies = Derivatives.multiplies(c);
    boolean sample = multiplies && OpCases.isFirstOfItsKind(c);
    return rounded().stream()
        .filter(
            target ->
                switch (target.precision()) {
                  case FP64, FP32 -> true;
                  case BF16 -> multiplies;
                  case TF32 -> sample;
                })
        .toList();
  }

  /** All of them and the specification, but for TF32. */
  static List<Target> all() {
    List<Target> all = new ArrayList<>(rounded());
    all.removeIf(target -> target.precision() == Precision.TF32);
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

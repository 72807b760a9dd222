package chladni.tests.ops;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class ForwardTest {
  static Stream<Arguments> everyRowOnEveryBackend() {
    return OpCases.all().stream()
        .flatMap(c -> Backends.rounded(c).stream().map(target -> Arguments.of(c, target)));
  }

  @ParameterizedTest(name = "{0} on {1}")
  @MethodSource("everyRowOnEveryBackend")
  void resultAgreesWithTheReference(OpCase c, Backends.Target target) {
    Tolerance tolerance =
        Tolerance.of(
            target.precision(), g -> Derivatives.forward(c, g), g -> Derivatives.point(c, g));
    tolerance.check(c + " on " + target, forward(c, target), forward(c, Backends.EXACT));
  }

  private static double[] forward(OpCase c, Backends.Target target) {
    try (Probe probe = new Probe(target, g -> Derivatives.forward(c, g))) {
      List<double[]> values = probe.at(Derivatives.point(c, probe.nodes().getFirst().graph()));
      return values.getFirst();
    }
  }
}

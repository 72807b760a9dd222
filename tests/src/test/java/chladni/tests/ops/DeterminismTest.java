package chladni.tests.ops;

import static org.assertj.core.api.Assertions.assertThat;

import chladni.engine.graph.Graph;
import chladni.engine.graph.Node;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class DeterminismTest {
  static Stream<Arguments> everyRowOnEveryBackend() {
    return OpCases.all().stream()
        .flatMap(c -> Backends.all().stream().map(target -> Arguments.of(c, target)));
  }

  @ParameterizedTest(name = "{0} on {1}")
  @MethodSource("everyRowOnEveryBackend")
  void twoRunsAndTwoProgramsGiveTheSameBits(OpCase c, Backends.Target target) {
    Function<Graph, List<Node>> build = graph -> all(c, graph);
    try (Probe probe = new Probe(target, build);
        Probe other = new Probe(target, build)) {
      List<double[]> first = run(c, probe);
      assertThat(run(c, probe)).usingElementComparator(DeterminismTest::bits).isEqualTo(first);
      assertThat(run(c, other)).usingElementComparator(DeterminismTest::bits).isEqualTo(first);
    }
  }

  /** Forward alone where there is no gradient, else what the gradient needs too. */
  private static List<Node> all(OpCase c, Graph graph) {
    return switch (c.derivative()) {
      case NONE -> Derivatives.forward(c, graph);
      case ONCE, TWICE, BLOCKED -> Derivatives.gradients(c, graph);
    };
  }

  private static List<double[]> run(OpCase c, Probe probe) {
    return probe.at(Derivatives.point(c, probe.nodes().getFirst().graph()));
  }

  private static int bits(double[] a, double[] b) {
    return Arrays.equals(a, b) ? 0 : 1;
  }
}

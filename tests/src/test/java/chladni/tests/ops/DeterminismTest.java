package chladni.tests.ops;

import static org.assertj.core.api.Assertions.assertThat;

import chladni.engine.graph.Graph;
import chladni.engine.graph.Node;
import java.util.ArrayList;
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
        .flatMap(c -> targets(c).stream().map(target -> Arguments.of(c, target)));
  }

  private static List<Backends.Target> targets(OpCase c) {
    List<Backends.Target> targets = new ArrayList<>(Backends.rounded(c));
    targets.add(Backends.EXACT);
    return targets;
  }

  @ParameterizedTest(name = "{0} on {1}")
  @MethodSource("everyRowOnEveryBackend")
  void twoRunsAndTwoProgramsGiveTheSameBits(OpCase c, Backends.Target target) {
    Function<Graph, List<Node>> build = graph -> Derivatives.first(c, graph);
    try (Probe probe = new Probe(target, build);
        Probe other = new Probe(target, build)) {
      List<double[]> first = run(c, probe);
      assertThat(run(c, probe)).usingElementComparator(DeterminismTest::bits).isEqualTo(first);
      assertThat(run(c, other)).usingElementComparator(DeterminismTest::bits).isEqualTo(first);
    }
  }

  private static List<double[]> run(OpCase c, Probe probe) {
    return probe.at(Derivatives.point(c, probe.nodes().getFirst().graph()));
  }

  private static int bits(double[] a, double[] b) {
    return Arrays.equals(a, b) ? 0 : 1;
  }
}

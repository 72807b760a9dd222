package chladni.tests.ops;

import static org.assertj.core.api.Assertions.assertThat;

import chladni.engine.graph.Graph;
import chladni.engine.graph.Op;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class OpCoverageTest {
  @Test
  void everyOperationHasARow() {
    Set<Class<?>> rows = OpCases.all().stream().map(OpCase::op).collect(Collectors.toSet());
    assertThat(rows).isEqualTo(operations(Op.class).collect(Collectors.toSet()));
  }

  @Test
  void everyRowBuildsTheOperationItIsNamedFor() {
    for (OpCase c : OpCases.all()) {
      Graph graph = new Graph();
      c.build().apply(graph, c.inputs(graph));
      // The verbs leave out what would do nothing, so a row could quietly test something else.
      assertThat(graph.nodes()).as("%s", c).anyMatch(n -> c.op().isInstance(n.op()));
    }
  }

  @Test
  void rowsHaveNamesOfTheirOwn() {
    Set<String> names = new HashSet<>();
    assertThat(OpCases.all()).allSatisfy(c -> assertThat(names.add(c.toString())).as("%s", c).isTrue());
  }

  private static Stream<Class<?>> operations(Class<?> type) {
    return type.isSealed()
        ? Stream.of(type.getPermittedSubclasses()).flatMap(OpCoverageTest::operations)
        : Stream.of(type);
  }
}

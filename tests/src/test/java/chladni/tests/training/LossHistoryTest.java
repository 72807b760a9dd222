package chladni.tests.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chladni.engine.Engine;
import chladni.engine.LossHistory;
import chladni.engine.backend.Precision;
import chladni.engine.backend.Program;
import chladni.engine.backend.ProgramException;
import chladni.engine.backend.Store;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Node;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Shape;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a program keeps of its losses is what its outputs were, to the bit. */
final class LossHistoryTest {
  private static final int LENGTH = 3;
  private static final int RUNS = 7;

  static Stream<Arguments> everywhere() {
    return Stream.of("reference", "cpu", "cuda")
        .flatMap(
            device -> {
              try (Engine engine = Engine.open(device)) {
                return engine.precisions().stream()
                    .map(precision -> Arguments.of(device, precision))
                    .toList()
                    .stream();
              }
            });
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("everywhere")
  void theLastRunsAreThereOldestFirst(String device, Precision precision) {
    Graph g = new Graph();
    Node x = g.input("x", Shape.SCALAR);
    Node third = Ops.scale(x, 1.0 / 3);
    Node square = Ops.square(x);
    g.output("third", third);
    g.output("square", square);
    LossHistory history = LossHistory.keep(g, "history", LENGTH, third, square);
    try (Engine engine = Engine.open(device);
        Store store = engine.newStore(1, precision);
        Program program = engine.compile(g, store)) {
      double[][] outputs = new double[RUNS][];
      for (int run = 0; run < RUNS; run++) {
        program.write("x", 1 + run / 7.0);
        program.run();
        outputs[run] = new double[] {program.scalar("third"), program.scalar("square")};
      }
      double[][] last = history.last(store, LENGTH);
      for (int i = 0; i < LENGTH; i++) {
        assertThat(last[i]).isEqualTo(outputs[RUNS - LENGTH + i]);
      }
      assertThat(history.last(store, 1)).isEqualTo(new double[][] {outputs[RUNS - 1]});
    }
  }

  @Test
  void oneRunIsAHistoryToo() {
    Graph g = new Graph();
    LossHistory history = LossHistory.keep(g, "history", 1, g.input("x", Shape.SCALAR));
    try (Engine engine = Engine.open("cpu");
        Store store = engine.newStore(1);
        Program program = engine.compile(g, store)) {
      for (int run = 1; run <= 2; run++) {
        program.write("x", 1.0 * run);
        program.run();
        assertThat(history.last(store, 1)).isEqualTo(new double[][] {{run}});
      }
    }
  }

  @Test
  void itSaysHowManyItHolds() {
    Graph g = new Graph();
    LossHistory history = LossHistory.keep(g, "history", LENGTH, g.input("x", Shape.SCALAR));
    try (Engine engine = Engine.open("reference");
        Store store = engine.newStore(1);
        Program _ = engine.compile(g, store)) {
      assertThatThrownBy(() -> history.last(store, LENGTH + 1))
          .isInstanceOf(ProgramException.class)
          .hasMessageContaining("history 'history': it holds the last 3 runs, asked for 4");
    }
  }
}

package chladni.tests.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chladni.engine.Engine;
import chladni.engine.backend.Backend;
import chladni.engine.backend.BackendOptions;
import chladni.engine.backend.MissingBackendException;
import chladni.engine.backend.Precision;
import chladni.engine.backend.PrecisionException;
import chladni.engine.backend.Program;
import chladni.engine.backend.ProgramException;
import chladni.engine.backend.Store;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Node;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Shape;
import chladni.engine.graph.Variable;
import chladni.engine.nn.Initializers;
import org.junit.jupiter.api.Test;

final class BackendsTest {
  @Test
  void everyExpectedBackendOpens() {
    assertThat(Backends.EXPECTED_BACKENDS).isNotEmpty().allMatch(Backends::opened);
  }

  @Test
  void aNamedBackendIsNeverReplaced() {
    try (Engine engine = Engine.open("reference", BackendOptions.DEFAULT)) {
      assertThat(engine.backend().name()).isEqualTo("reference");
      assertThat(engine.choice()).contains("asked for");
    }
    assertThatThrownBy(() -> Engine.open("abacus", BackendOptions.DEFAULT))
        .isInstanceOf(MissingBackendException.class)
        .hasMessageContaining("abacus")
        .hasMessageContaining("reference");
  }

  @Test
  void referenceHasAllPrecisionsButOneForEachStore() {
    Backend reference = Backends.EXACT.backend();
    assertThat(reference.precisions()).containsExactly(Precision.values());
    try (Store store = reference.newStore(1, Precision.FP32)) {
      assertThatThrownBy(() -> reference.compile(scaled(), store, Precision.FP64))
          .isInstanceOf(PrecisionException.class)
          .hasMessageContaining("one precision");
    }
  }

  @Test
  void referenceSaysWhatWasForgotten() {
    Backend reference = Backends.EXACT.backend();
    try (Store store = reference.newStore(1, Precision.FP64);
        Program program = reference.compile(scaled(), store, Precision.FP64)) {
      assertThatThrownBy(() -> program.read("y"))
          .isInstanceOf(ProgramException.class)
          .hasMessageContaining("Run the program first");
      assertThatThrownBy(program::run)
          .isInstanceOf(ProgramException.class)
          .hasMessageContaining("'x'");
      program.write("x", new float[] {1, 2, 3});
      program.run();
      assertThat(program.read("y")).containsExactly(3, 6, 9);
      assertThat(program.explain()).contains("scale #1 (3)").contains("FP64");
    }
  }

  @Test
  void fp64KeepsWhatFp32Rounds() {
    double third = 1.0 / 3;
    Backend reference = Backends.EXACT.backend();
    for (Precision precision : new Precision[] {Precision.FP64, Precision.FP32}) {
      try (Store store = reference.newStore(1, precision);
          Program program = reference.compile(scaled(), store, precision)) {
        double held = precision == Precision.FP64 ? third : (float) third;
        program.write("x", new double[] {third, third, third});
        program.run();
        double product = 3 * held;
        assertThat(program.readDoubles("y"))
            .containsOnly(precision == Precision.FP64 ? product : (float) product);
        store.declare(Variable.trainable("w", Shape.of(1), Initializers.zeros()));
        store.set("w", new double[] {third});
        assertThat(store.doubles("w")).containsExactly(held);
      }
    }
  }

  private static Graph scaled() {
    Graph graph = new Graph();
    Node x = graph.input("x", Shape.of(3));
    graph.output("y", Ops.scale(x, 3));
    return graph;
  }
}

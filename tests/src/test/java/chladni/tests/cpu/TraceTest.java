package chladni.tests.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import chladni.engine.Engine;
import chladni.engine.backend.NonFinite;
import chladni.engine.backend.Precision;
import chladni.engine.backend.Program;
import chladni.engine.backend.Store;
import chladni.engine.graph.DType;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Node;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Shape;
import chladni.engine.graph.Variable;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The first step whose result is not finite, planted where it must be found. */
final class TraceTest {
  @ParameterizedTest
  @ValueSource(strings = {"cpu", "reference", "cuda"})
  void aLogarithmOfZeroIsFoundWhereItIsTaken(String backend) {
    Graph graph = new Graph();
    Node x = graph.input("x", Shape.of(2, 3));
    Node log;
    try (Graph.Scope _ = graph.scope("loss")) {
      log = Ops.log(Ops.add(x, x));
    }
    // A sum between them: what follows is another kernel.
    graph.output("y", Ops.exp(Ops.sum(log)));
    graph.output("log", log);
    try (Store store = Backends.named(backend).newStore(1);
        Program program = Backends.named(backend).compile(graph, store)) {
      program.write("x", new float[] {1, 2, 3, 4, 0, 0});
      NonFinite found = program.trace().orElseThrow();
      assertThat(found.label()).contains("log 'loss'");
      assertThat(found.nodes()).anyMatch(n -> n.startsWith("log 'loss'"));
      assertThat(found.result().place().name()).isEqualTo("log");
      assertThat(found.count()).isEqualTo(2);
      assertThat(found.index()).containsExactly(1, 1);
      assertThat(found.value()).isEqualTo(Double.NEGATIVE_INFINITY);
      assertThat(found.sources()).isEmpty();
      assertThat(program.listing().steps().get(found.step()).label()).isEqualTo(found.label());
      program.write("x", new float[] {1, 2, 3, 4, 5, 6});
      assertThat(program.trace()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"cpu", "reference", "cuda"})
  void anInputThatIsNotFiniteIsNamedAsTheSource(String backend) {
    Graph graph = new Graph();
    Node x = graph.input("x", Shape.of(4));
    graph.output("y", Ops.square(x));
    try (Store store = Backends.named(backend).newStore(1);
        Program program = Backends.named(backend).compile(graph, store)) {
      program.write("x", new float[] {1, 2, Float.NaN, 4});
      NonFinite found = program.trace().orElseThrow();
      assertThat(found.sources()).containsExactly("in:x");
      assertThat(found.index()).containsExactly(2);
      assertThat(found.value()).isNaN();
    }
  }

  @Test
  void anElementOfAPackedWeightIsFoundAtItsLogicalIndex() {
    try (TrainedNet net = new TrainedNet(Backends.CPU.backend(), Precision.FP32)) {
      net.train();
      Variable moment =
          net.store.variables().stream()
              .filter(v -> v.name().endsWith("#m") && v.shape().rank() == 4)
              .filter(v -> v.shape().dim(0) > 8 && v.shape().dim(1) > 8)
              .findFirst()
              .orElseThrow();
      float[] values = net.store.floats(moment.name());
      Shape s = moment.shape();
      values[((9 * s.dim(1) + 5) * s.dim(2) + 3) * s.dim(3) + 1] = Float.POSITIVE_INFINITY;
      net.store.set(moment.name(), values);
      NonFinite found = net.training().trace().orElseThrow();
      assertThat(found.index()).containsExactly(9, 5, 3, 1);
      assertThat(found.count()).isEqualTo(1);
      assertThat(found.sources()).containsExactly(moment.name());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"cpu", "reference", "cuda"})
  void aTracedRunLeavesTheStateOfARun(String backend) {
    try (TrainedNet run = new TrainedNet(Backends.named(backend).backend(), Precision.FP32);
        TrainedNet traced = new TrainedNet(Backends.named(backend).backend(), Precision.FP32)) {
      for (int step = 0; step < 3; step++) {
        double loss = run.train();
        Optional<NonFinite> found = traced.training().trace();
        assertThat(found).isEmpty();
        assertThat(traced.training().scalar("loss")).isEqualTo(loss);
      }
      for (Variable v : run.store.variables()) {
        if (v.type().dtype() == DType.FLOAT) {
          assertThat(traced.store.floats(v.name()))
              .as(v.name())
              .containsExactly(run.store.floats(v.name()));
        } else {
          assertThat(traced.store.ints(v.name())).containsExactly(run.store.ints(v.name()));
        }
      }
    }
  }

  @Test
  void whatAnEarlierRunLeftBesideAPartIsNotBlamed() {
    Graph graph = new Graph();
    Node x = graph.input("x", Shape.of(2, 4));
    Node y = graph.input("y", Shape.of(2, 4));
    // Two kernels fill one buffer, of unlike axes, so they stay two.
    Node joined = Ops.concat(1, Ops.slice(Ops.exp(y), 1, 0, 3), Ops.log(x));
    graph.output("joined", joined);
    try (Store store = Backends.CPU.newStore(1);
        Program program = Backends.CPU.compile(graph, store)) {
      assertThat(program.listing().steps()).hasSizeGreaterThan(1);
      program.write("x", new float[8]);
      program.write("y", new float[8]);
      program.run();
      program.write("x", new float[] {1, 1, 1, 1, 1, 1, 1, 1});
      assertThat(program.trace()).isEmpty();
    }
  }
}

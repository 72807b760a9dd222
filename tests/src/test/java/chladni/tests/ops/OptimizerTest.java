package chladni.tests.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import chladni.engine.autodiff.Autodiff;
import chladni.engine.backend.Program;
import chladni.engine.backend.Store;
import chladni.engine.graph.DType;
import chladni.engine.graph.Graph;
import chladni.engine.graph.GraphException;
import chladni.engine.graph.Node;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Shape;
import chladni.engine.graph.Variable;
import chladni.engine.nn.Initializers;
import chladni.engine.optim.Adam;
import chladni.engine.optim.AdamW;
import chladni.engine.optim.ClippedGradients;
import chladni.engine.optim.Optimizer;
import chladni.engine.optim.Sgd;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What stops an update. What an update does is held against PyTorch. */
final class OptimizerTest {
  private static final Variable WEIGHT =
      Variable.trainable("w", Shape.of(3, 7), Initializers.normal(0, 1));

  private static final List<Optimizer> OPTIMIZERS =
      List.of(
          new Adam("adam", 0.9, 0.999, 1e-8, 0.1),
          AdamW.standard("adamw"),
          Sgd.plain(),
          new Sgd(0.9, true, 0.1));

  static Stream<Arguments> everyOptimizerEverywhere() {
    List<Arguments> all = new ArrayList<>();
    for (Backends.Target target : Backends.all()) {
      OPTIMIZERS.forEach(o -> all.add(Arguments.of(target, o)));
    }
    return all.stream();
  }

  /** The weight and everything of its shape that the optimizer keeps. */
  private static Map<String, double[]> state(Store store) {
    Map<String, double[]> state = new LinkedHashMap<>();
    for (Variable variable : store.variables()) {
      if (variable.type().dtype() == DType.FLOAT) {
        state.put(variable.name(), store.doubles(variable.name()));
      }
    }
    return state;
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("everyOptimizerEverywhere")
  void nothingMovesWhereTheLossIsNotFinite(Backends.Target target, Optimizer optimizer) {
    Graph graph = new Graph();
    Node x = graph.input("x", Shape.of(3, 7));
    Node loss = Ops.sum(Ops.mul(graph.read(WEIGHT), x));
    optimizer.minimize(loss, graph.constant(0.1), List.of(WEIGHT));
    try (Store store = target.backend().newStore(5, target.precision());
        Program program = target.backend().compile(graph, store, target.precision())) {
      float[] finite = new float[21];
      finite[3] = 2;
      program.write("x", finite);
      program.run();
      Map<String, double[]> before = state(store);
      for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
        float[] values = finite.clone();
        values[4] = bad;
        program.write("x", values);
        program.run();
        state(store).forEach((name, v) -> assertThat(v).as(name).isEqualTo(before.get(name)));
      }
      program.write("x", finite);
      program.run();
      state(store).forEach((name, v) -> assertThat(v).as(name).isNotEqualTo(before.get(name)));
    }
  }

  @ParameterizedTest
  @MethodSource("chladni.tests.ops.Backends#all")
  void aNormThatIsNotFiniteMayStopAClippedUpdate(Backends.Target target) {
    Graph graph = new Graph();
    Node x = graph.input("x", Shape.of(3, 7));
    // At 0 the loss is finite and its gradient is not.
    Node loss = Ops.sum(Ops.sqrt(Ops.square(Ops.mul(graph.read(WEIGHT), x))));
    ClippedGradients clipped =
        ClippedGradients.byNorm(Autodiff.gradients(loss, List.of(graph.read(WEIGHT))), 0.5);
    Sgd.plain()
        .update(
            List.of(WEIGHT),
            clipped.gradients(),
            graph.constant(1),
            Ops.isFinite(clipped.norm()));
    graph.output("norm", clipped.norm());
    try (Store store = target.backend().newStore(5, target.precision());
        Program program = target.backend().compile(graph, store, target.precision())) {
      double[] before = store.doubles("w");
      program.write("x", new float[21]);
      program.run();
      assertThat(program.scalar("norm")).isNaN();
      assertThat(store.doubles("w")).isEqualTo(before);
      double[] ones = new double[21];
      Arrays.fill(ones, 1);
      program.write("x", ones);
      program.run();
      double square = 0;
      double[] after = store.doubles("w");
      for (int i = 0; i < 21; i++) {
        square += (after[i] - before[i]) * (after[i] - before[i]);
      }
      // Every gradient is 1 or -1, the norm the root of 21.
      assertThat(program.scalar("norm")).isCloseTo(Math.sqrt(21), within(1e-6));
      assertThat(Math.sqrt(square)).isCloseTo(0.5, within(1e-6));
    }
  }

  @Test
  void nesterovsStepNeedsAMomentum() {
    assertThatThrownBy(() -> new Sgd(0, true, 0))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("momentum");
  }
}

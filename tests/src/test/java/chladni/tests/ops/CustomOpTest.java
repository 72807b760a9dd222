package chladni.tests.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import chladni.engine.GradCheck;
import chladni.engine.autodiff.Autodiff;
import chladni.engine.backend.CustomOpException;
import chladni.engine.backend.Program;
import chladni.engine.backend.Store;
import chladni.engine.graph.CustomOp;
import chladni.engine.graph.GradientException;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Node;
import chladni.engine.graph.Operands;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Shape;
import chladni.engine.graph.TensorType;
import chladni.engine.graph.Variable;
import chladni.engine.graph.Window;
import chladni.engine.loss.Losses;
import chladni.engine.nn.Initializers;
import chladni.engine.nn.Layers;
import chladni.engine.nn.Parameters;
import chladni.engine.optim.Adam;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What {@link CustomCases} does not show: failure, training, state. */
final class CustomOpTest {
  static List<Backends.Target> backends() {
    return Backends.all();
  }

  /** Throws where its operand is negative; reads and writes outside where it is above 1. */
  private record Touchy() implements CustomOp {
    @Override
    public TensorType infer(Operands in) {
      return in.elementwise(1);
    }

    @Override
    public void compute(List<Values> in, Result out) {
      double x = in.getFirst().get(0);
      if (x < 0) {
        throw new IllegalStateException("negative");
      }
      out.set(x > 1 ? out.size() : 0, x);
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void whatABodyThrowsArrivesAndTheProgramRunsOn(Backends.Target target) {
    Variable seen = Variable.state("seen", Shape.of(1), Initializers.zeros());
    Graph graph = new Graph();
    Node x = graph.input("x", Shape.of(1));
    try (Graph.Scope _ = graph.scope("gate")) {
      graph.output("y", graph.assign(seen, Ops.custom(new Touchy(), x)));
    }
    try (Store store = target.backend().newStore(1, target.precision());
        Program program = target.backend().compile(graph, store, target.precision())) {
      program.write("x", new float[] {0.5f});
      program.run();
      for (int i = 0; i < 3; i++) {
        program.write("x", new float[] {-1});
        assertThatThrownBy(program::run)
            .isInstanceOf(CustomOpException.class)
            .hasMessageContaining("touchy 'gate'")
            .hasCauseInstanceOf(IllegalStateException.class)
            .hasRootCauseMessage("negative")
            .matches(e -> ((CustomOpException) e).engineUsable());
        program.write("x", new float[] {2});
        assertThatThrownBy(program::run)
            .isInstanceOf(CustomOpException.class)
            .hasCauseInstanceOf(IndexOutOfBoundsException.class);
        assertThat(store.floats("seen")).containsExactly(0.5f);
      }
      program.write("x", new float[] {0.25f});
      program.run();
      assertThat(program.read("y")).containsExactly(0.25f);
      assertThat(store.floats("seen")).containsExactly(0.25f);
    }
  }

  /** Fits y = cos 3x with one hidden layer of sines. */
  @ParameterizedTest
  @MethodSource("backends")
  void aNetworkOfSinesLearnsACosine(Backends.Target target) {
    int n = 64;
    Graph graph = new Graph();
    Node x = graph.input("x", Shape.of(n, 1));
    Parameters p = new Parameters(graph, "net/");
    Layers.Init init = new Layers.Init(Initializers.normal(0, 1), Initializers.normal(0, 1));
    Node hidden = Ops.custom(new CustomCases.Sine(2), Layers.linear(p, "in", x, 8, init));
    Node y = Layers.linear(p, "out", hidden, 1, init);
    Node loss = graph.output("loss", Losses.mse(y, graph.input("y", Shape.of(n, 1))));
    Adam.standard("adam").minimize(loss, graph.constant(0.02), p.trainable());
    float[] xs = new float[n];
    float[] ys = new float[n];
    for (int i = 0; i < n; i++) {
      xs[i] = 2f * i / n - 1;
      ys[i] = (float) Math.cos(3 * xs[i]);
    }
    try (Store store = target.backend().newStore(4, target.precision());
        Program step = target.backend().compile(graph, store, target.precision())) {
      step.write("x", xs);
      step.write("y", ys);
      step.run();
      double first = step.scalar("loss");
      for (int i = 0; i < 300; i++) {
        step.run();
      }
      assertThat(first).isGreaterThan(0.3);
      assertThat(step.scalar("loss")).isLessThan(0.003);
    }
  }

  @Test
  void gradCheckPassesThroughIt() {
    GradCheck.of(
            g ->
                Ops.mean(
                    Ops.custom(
                        new CustomCases.PairwiseSquares(),
                        Ops.custom(new CustomCases.Sine(3), g.input("a", Shape.of(5))),
                        g.input("b", Shape.of(4)))))
        .run()
        .orThrow();
  }

  @Test
  void aMissingDerivativeIsNamed() {
    Graph graph = new Graph();
    Node x = graph.input("x", Shape.of(1));
    Node y = Ops.sum(Ops.custom(new Touchy(), x));
    assertThatThrownBy(() -> Autodiff.gradients(y, List.of(x)))
        .isInstanceOf(GradientException.class)
        .hasMessageContaining("touchy")
        .hasMessageContaining("Override vjp");
  }

  /** A class without a name, equal to nothing but itself: never computed once for two. */
  @ParameterizedTest
  @MethodSource("backends")
  void anAnonymousOperationHasIdentity(Backends.Target target) {
    Graph graph = new Graph();
    Node x = graph.input("x", Shape.of(2));
    Node one = Ops.custom(addend(1), x);
    Node two = Ops.custom(addend(2), x);
    graph.output("one", one);
    graph.output("two", two);
    try (Store store = target.backend().newStore(1, target.precision());
        Program program = target.backend().compile(graph, store, target.precision())) {
      program.write("x", new float[] {10, 20});
      program.run();
      assertThat(program.read("one")).containsExactly(11, 21);
      assertThat(program.read("two")).containsExactly(12, 22);
      assertThat(one.toString()).startsWith("custom");
    }
  }

  private static CustomOp addend(double addend) {
    return new CustomOp() {
      @Override
      public TensorType infer(Operands in) {
        return in.elementwise(1);
      }

      @Override
      public void compute(List<Values> in, Result out) {
        for (long i = 0; i < out.size(); i++) {
          out.set(i, in.getFirst().get(i) + addend);
        }
      }
    };
  }

  /** Its operand lies packed for convolutions, and its result becomes such a weight. */
  @ParameterizedTest
  @MethodSource("backends")
  void aConvolutionsWeightGoesThroughIt(Backends.Target target) {
    Variable weight =
        Variable.trainable("weight", Shape.of(8, 8, 3, 3), Initializers.normal(0, 1));
    Graph graph = new Graph();
    Node w = graph.read(weight);
    Node next = graph.assign(weight, Ops.custom(new CustomCases.Sine(1), w));
    Node x = graph.input("x", Shape.of(1, 8, 5, 5));
    graph.output("y", Ops.conv2d(x, next, Window.of(1, 1)));
    try (Store store = target.backend().newStore(3, target.precision());
        Program program = target.backend().compile(graph, store, target.precision())) {
      float[] expected = store.floats("weight");
      program.write("x", new float[200]);
      for (int run = 0; run < 2; run++) {
        program.run();
        for (int i = 0; i < expected.length; i++) {
          expected[i] = (float) Math.sin(expected[i]);
        }
      }
      float[] actual = store.floats("weight");
      for (int i = 0; i < actual.length; i++) {
        assertThat(actual[i]).isCloseTo(expected[i], within(1e-6f));
      }
    }
  }
}

package chladni.tests.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chladni.engine.Engine;
import chladni.engine.autodiff.Autodiff;
import chladni.engine.backend.Backend;
import chladni.engine.backend.BackendOptions;
import chladni.engine.backend.Precision;
import chladni.engine.backend.PrecisionException;
import chladni.engine.backend.Program;
import chladni.engine.backend.ProgramException;
import chladni.engine.backend.Store;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Node;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Shape;
import chladni.engine.graph.TensorType;
import chladni.engine.graph.Variable;
import chladni.engine.graph.Window;
import chladni.engine.nn.Initializers;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CpuProgramTest {
  private static double[] run(
      Backend backend, Precision precision, float[] x, Shape shape, Function<Node, Node> f) {
    Graph graph = new Graph();
    graph.output("y", f.apply(graph.input("x", shape)));
    try (Store store = backend.newStore(1, precision);
        Program program = backend.compile(graph, store, precision)) {
      program.write("x", x);
      program.run();
      return program.readDoubles("y");
    }
  }

  @Test
  void networkUsesNoReferenceImplementation() {
    try (TrainedNet net = new TrainedNet(Backends.CPU.backend(), Precision.FP32)) {
      assertThat(net.training().explain()).contains("convWeightGrad").doesNotContain("ref:");
      assertThat(net.inference().explain()).contains("conv2d").doesNotContain("ref:");
    }
  }

  /** Channels that fill vectors and channels that do not, forward and in both gradients. */
  @ParameterizedTest
  @ValueSource(ints = {7, 32, 33})
  void depthwiseConvolutionUsesNoReferenceImplementation(int channels) {
    Graph graph = new Graph();
    Node x = graph.input("x", Shape.of(2, channels, 14, 14));
    Shape kernel = Shape.of(channels, 1, 3, 3);
    Node w = graph.read(Variable.trainable("w", kernel, Initializers.normal(0, 1)));
    for (int stride : new int[] {1, 2}) {
      for (int dilation : new int[] {1, 2}) {
        Window window = Window.of(stride, dilation).withDilation(dilation, dilation);
        Node y = Ops.sum(Ops.square(Ops.conv2d(x, w, window, channels)));
        List<Node> gradients = Autodiff.gradients(y, List.of(x, w));
        graph.output("dx" + stride + dilation, gradients.get(0));
        graph.output("dw" + stride + dilation, gradients.get(1));
      }
    }
    try (Store store = Backends.CPU.newStore(1);
        Program program = Backends.CPU.compile(graph, store)) {
      assertThat(program.explain())
          .contains("jit_dw")
          .contains("convWeightGrad")
          .contains("convTranspose2d")
          .doesNotContain("ref:");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, BackendOptions.MAX_THREADS + 1, Integer.MAX_VALUE})
  void aNumberOfThreadsIsASlipBeyondItsRange(int threads) {
    assertThatThrownBy(() -> new BackendOptions(threads))
        .isInstanceOf(ProgramException.class)
        .hasMessageContaining("threads must be 0 (all available) to 1024, got " + threads);
  }

  @Test
  void sumsHaveTheSameBitsOnOneThreadAndOnTwo() {
    float[] x = TrainedNet.random(7 * 33 * 31 * 31, 4);
    Shape shape = Shape.of(7, 33, 31, 31);
    Map<String, Function<Node, Node>> sums =
        Map.of(
            "all", Ops::sum,
            "channels", n -> Ops.channelSum(Ops.square(n), 7),
            "rows", n -> Ops.sum(n, false, 3),
            "outer", n -> Ops.sum(n, false, 0, 2),
            "windows", n -> Ops.avgPool2d(n, 3, 5, Window.of(2, 1), false),
            "resampled", n -> Ops.resampleBilinear2d(n, 47, 17, false));
    try (Engine one = Engine.open("cpu", new BackendOptions(1));
        Engine two = Engine.open("cpu", new BackendOptions(2))) {
      sums.forEach(
          (name, sum) ->
              assertThat(run(one.backend(), Precision.FP32, x, shape, sum))
                  .as(name)
                  .containsExactly(run(two.backend(), Precision.FP32, x, shape, sum)));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"exp", "expm1", "log", "tanh", "sigmoid", "softplus", "sqrt"})
  void formulaIsWithinFourUnitsInTheLastPlaceOverTheWholeRange(String name) {
    int n = 40_000;
    float[] x = new float[n];
    for (int i = 0; i < n; i++) {
      // Every exponent of both signs, subnormal numbers included.
      x[i] = Float.intBitsToFloat((int) ((long) i * 0xFF7F_FFFFL / n));
      if (!Float.isFinite(x[i])) {
        x[i] = 0;
      }
    }
    Function<Node, Node> f =
        switch (name) {
          case "exp" -> Ops::exp;
          case "expm1" -> Ops::expm1;
          case "log" -> Ops::log;
          case "tanh" -> Ops::tanh;
          case "sigmoid" -> Ops::sigmoid;
          case "softplus" -> Ops::softplus;
          default -> Ops::sqrt;
        };
    double[] got = run(Backends.CPU.backend(), Precision.FP32, x, Shape.of(n), f);
    double[] exact = run(Backends.REFERENCE.backend(), Precision.FP64, x, Shape.of(n), f);
    for (int i = 0; i < n; i++) {
      float rounded = (float) exact[i];
      if (Float.isNaN(rounded) || Float.isInfinite(rounded)) {
        assertThat(Float.compare((float) got[i], rounded))
            .as("%s(%s) = %s, got %s", name, x[i], rounded, got[i])
            .isZero();
      } else {
        assertThat(Math.abs(got[i] - exact[i]))
            .as("%s(%s) = %s, got %s", name, x[i], exact[i], got[i])
            .isLessThanOrEqualTo(4.0 * Math.ulp(rounded));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 8, 31})
  void dropoutHasTheMaskOfTheReferenceInEveryLayout(int side) {
    Shape shape = Shape.of(2, 5, side, side);
    float[] x = TrainedNet.random((int) shape.elements(), 6);
    Function<Node, Node> drop =
        n ->
            Ops.dropout(
                Ops.leakyRelu(n, 0.2),
                n.graph().input("counter", TensorType.ints(Shape.SCALAR)),
                0.3,
                0x1234_5678_9ABC_DEF0L,
                9);
    double[][] results = new double[2][];
    for (int i = 0; i < 2; i++) {
      Backend backend = (i == 0 ? Backends.CPU : Backends.REFERENCE).backend();
      Graph graph = new Graph();
      Node input = graph.input("x", shape);
      graph.output("y", drop.apply(input));
      try (Store store = backend.newStore(1, Precision.FP32);
          Program program = backend.compile(graph, store, Precision.FP32)) {
        program.write("x", x);
        program.write("counter", new int[] {-7});
        program.run();
        results[i] = program.readDoubles("y");
      }
    }
    for (int i = 0; i < results[0].length; i++) {
      assertThat(results[0][i] == 0).as("element %d", i).isEqualTo(results[1][i] == 0);
    }
  }

  @Test
  void otherPrecisionsAreRefusedWithTheNextMove() {
    assertThatThrownBy(() -> Backends.CPU.backend().newStore(1, Precision.FP64))
        .isInstanceOf(PrecisionException.class)
        .hasMessageContaining("reference");
    assertThatThrownBy(() -> Backends.CPU.backend().newStore(1, Precision.TF32))
        .isInstanceOf(PrecisionException.class)
        .hasMessageContaining("Use FP32");
  }

  @Test
  void storeOfAnotherBackendIsRefused() {
    Graph graph = new Graph();
    graph.output("y", Ops.neg(graph.input("x", Shape.of(1))));
    try (Store foreign = Backends.REFERENCE.newStore(1)) {
      assertThatThrownBy(() -> Backends.CPU.backend().compile(graph, foreign, Precision.FP32))
          .isInstanceOf(ProgramException.class)
          .hasMessageContaining("another backend");
    }
  }

  @Test
  void runWithoutAnInputNamesIt() {
    Graph graph = new Graph();
    graph.output("y", Ops.neg(graph.input("spectrum", Shape.of(3))));
    try (Store store = Backends.CPU.newStore(1);
        Program program = Backends.CPU.compile(graph, store)) {
      assertThatThrownBy(program::run)
          .isInstanceOf(ProgramException.class)
          .hasMessageContaining("spectrum");
    }
  }

  @Test
  void inputsKeepTheirValuesBetweenRuns() {
    Graph graph = new Graph();
    graph.output("y", Ops.add(graph.input("a", Shape.of(3)), graph.input("b", Shape.of(3))));
    try (Store store = Backends.CPU.newStore(1);
        Program program = Backends.CPU.compile(graph, store)) {
      program.write("a", new float[] {1, 2, 3});
      program.write("b", new float[] {10, 20, 30});
      program.run();
      program.write("a", new float[] {4, 5, 6});
      program.run();
      assertThat(program.read("y")).containsExactly(14, 25, 36);
    }
  }

  @Test
  void closedBackendTakesItsProgramsAndStoresAlong() {
    Engine engine = Engine.open("cpu", new BackendOptions(1));
    Graph graph = new Graph();
    graph.output("y", Ops.neg(graph.input("x", Shape.of(1))));
    Store store = engine.newStore(1);
    Program program = engine.compile(graph, store);
    program.write("x", new float[] {1});
    program.run();
    engine.close();
    assertThatThrownBy(program::run)
        .isInstanceOf(ProgramException.class)
        .hasMessageContaining("closed");
    assertThatThrownBy(() -> engine.newStore(2).declare(Variable.counter("n")))
        .isInstanceOf(ProgramException.class)
        .hasMessageContaining("closed");
    program.close();
    store.close();
    engine.close();
  }
}

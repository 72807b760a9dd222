package chladni.tests.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import chladni.engine.Engine;
import chladni.engine.backend.Listing;
import chladni.engine.backend.Precision;
import chladni.engine.backend.PrecisionException;
import chladni.engine.backend.Program;
import chladni.engine.backend.Store;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Node;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Shape;
import chladni.engine.graph.Variable;
import chladni.engine.graph.Window;
import chladni.engine.nn.Initializers;
import chladni.engine.nn.Layers;
import chladni.engine.nn.Parameters;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What each precision takes of the libraries, and what it rounds. */
final class PrecisionTest {
  @AutoClose private static final Engine CUDA = Engine.open("cuda");

  private static final int N = 8;

  private static final String FIRST = "chladni.cuda.convolution";

  /** Convolutions this small would else not be cuDNN's. */
  @BeforeEach
  void askCudnnFirst() {
    System.setProperty(FIRST, "cudnn");
  }

  @AfterEach
  void chooseAgain() {
    System.clearProperty(FIRST);
  }

  private static Program compile(Graph graph, Store store) {
    return CUDA.compile(graph, store);
  }

  /** Sums over the channels of pixels, by a convolution, and over rows of a matrix. */
  private static Graph sums() {
    Graph graph = new Graph();
    Variable kernel =
        Variable.trainable("kernel", Shape.of(N, N, 1, 1), Initializers.ones());
    Variable matrix = Variable.trainable("matrix", Shape.of(N, N), Initializers.ones());
    Node pixels = graph.input("pixels", Shape.of(N, N, 1, 1));
    Node rows = graph.input("rows", Shape.of(N, N));
    graph.output("convolution", Ops.conv2d(pixels, graph.read(kernel), Window.of(1, 0)));
    graph.output("product", Ops.matmul(rows, graph.read(matrix)));
    return graph;
  }

  /**
   * The stand-in's heuristics name an engine that refuses, one that is not deterministic, one that
   * takes 16 bits (0 to 2), one with tensor cores (3); behind them is an exact one (4).
   */
  @ParameterizedTest
  @CsvSource({
    "FP32, cudnn, cudnn engine 4[2=0 13=0]",
    "TF32, cudnn, cudnn engine 3[2=0 13=0] tf32",
    "BF16, cudnn, cudnn engine 3[2=0 13=0] bf16",
    "BF16, cudnn+widen, 'cudnn engine 3[2=0 13=0] bf16, widen'"
  })
  void theFirstEngineThatRoundsNoMoreThanAskedIsTaken(
      Precision precision, String way, String engine) {
    System.setProperty(FIRST, way);
    try (Store store = CUDA.newStore(1, precision);
        Program program = compile(sums(), store)) {
      assertThat(program.listing().steps())
          .filteredOn(step -> step.kind() == Listing.Kind.PRODUCT)
          .extracting(Listing.Step::implementation)
          .anyMatch(engine::equals);
    }
  }

  @ParameterizedTest
  @CsvSource({"FP32, 23", "TF32, 10", "BF16, 7"})
  void operandsKeepTheirBitsAndNoMore(Precision precision, int bits) {
    float next = 1 + Math.scalb(1f, -bits);
    float nearer = 1 + Math.scalb(1f, -bits - 2);
    try (Store store = CUDA.newStore(1, precision);
        Program program = compile(sums(), store)) {
      assertSums(program, next, N * next);
      assertSums(program, nearer, N);
    }
  }

  private static void assertSums(Program program, float operand, float sum) {
    float[] values = new float[N * N];
    Arrays.fill(values, operand);
    program.write("pixels", values);
    program.write("rows", values);
    program.run();
    assertThat(program.read("convolution")).containsOnly(sum);
    assertThat(program.read("product")).containsOnly(sum);
  }

  private static final int CHANNELS = 16;
  private static final Shape PICTURE = Shape.of(2, CHANNELS, 6, 6);

  /** A convolution with a bias and an activation, transposed by stride 2 where it says so. */
  private static Graph layer(boolean transposed, UnaryOperator<Node> activation) {
    Graph graph = new Graph();
    Parameters p = new Parameters(graph, "");
    Node x = graph.input("x", PICTURE);
    Layers.Init init =
        new Layers.Init(Initializers.normal(0, 0.2), Initializers.normal(0, 0.2));
    Node y =
        transposed
            ? Layers.convTranspose2d(p, "layer", x, CHANNELS, 4, 4, Window.of(2, 1), init)
            : Layers.conv2d(p, "layer", x, CHANNELS, 3, 3, Window.of(1, 1), init);
    graph.output("y", activation.apply(y));
    return graph;
  }

  private static final Map<String, UnaryOperator<Node>> ACTIVATIONS =
      Map.of(
          "leakyRelu", y -> Ops.leakyRelu(y, 0.2),
          "tanh", Ops::tanh,
          "sigmoid", Ops::sigmoid);

  @ParameterizedTest
  @CsvSource({
    "BF16, cudnn, false, leakyRelu, cudnn engine 3[2=0 13=0] bf16 + add + leakyRelu",
    "BF16, cudnn, false, tanh, cudnn engine 3[2=0 13=0] bf16 + add + tanh",
    "BF16, cudnn, false, sigmoid, cudnn engine 3[2=0 13=0] bf16 + add + sigmoid",
    "TF32, cudnn, false, leakyRelu, cudnn engine 3[2=0 13=0] tf32 + add + leakyRelu",
    "FP32, cudnn, false, leakyRelu, cudnn engine 4[2=0 13=0] + add + leakyRelu",
    "BF16, cudnn, true, leakyRelu, cudnn engine 3[2=0 13=0] bf16 + add + leakyRelu",
    "BF16, cudnn+widen, true, leakyRelu, 'cudnn engine 3[2=0 13=0] bf16, widen, fused'",
    "BF16, parity, true, tanh, 'conv_parity, cudnn engine 3[2=0 13=0] bf16 in 4 parts + add + tanh'"
  })
  void anEpilogueIsFusedWhereAnEngineDoesIt(
      Precision precision,
      String way,
      boolean transposed,
      String activation,
      String implementation) {
    System.setProperty(FIRST, way);
    Graph graph = layer(transposed, ACTIVATIONS.get(activation));
    try (Store store = CUDA.newStore(1, precision);
        Program program = compile(graph, store)) {
      assertThat(program.listing().steps())
          .filteredOn(step -> step.kind() == Listing.Kind.PRODUCT)
          .singleElement()
          .extracting(Listing.Step::implementation)
          .isEqualTo(implementation);
    }
  }

  /** The reference rounds the same operands, so what is left is the order of sums in 32 bits. */
  @ParameterizedTest
  @CsvSource({
    "cudnn, false, leakyRelu",
    "cudnn, false, tanh",
    "cudnn, false, sigmoid",
    "parity, true, leakyRelu"
  })
  void aFusedEpilogueComputesWhatItsNodesSay(
      String way, boolean transposed, String activation) {
    System.setProperty(FIRST, way);
    float[] x = new float[(int) PICTURE.elements()];
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) Math.sin(i);
    }
    float[][] y = new float[2][];
    try (Engine reference = Engine.open("reference")) {
      int at = 0;
      for (Engine engine : List.of(CUDA, reference)) {
        try (Store store = engine.newStore(1, Precision.BF16);
            Program program = engine.compile(layer(transposed, ACTIVATIONS.get(activation)), store)) {
          program.write("x", x);
          program.run();
          y[at++] = program.read("y");
        }
      }
    }
    // Terms below 1 in size, each rounded once: see tests/ops/Tolerance.
    int terms = CHANNELS * 9;
    assertThat(y[0]).containsExactly(y[1], within((float) (8 * 0x1p-24 * Math.sqrt(terms))));
  }

  /** A maximum with 0 would make 0 of it. */
  @Test
  void nanStaysNanInAFusedEpilogue() {
    try (Store store = CUDA.newStore(1, Precision.BF16);
        Program program = compile(layer(false, ACTIVATIONS.get("leakyRelu")), store)) {
      float[] x = new float[(int) PICTURE.elements()];
      Arrays.fill(x, Float.NaN);
      program.write("x", x);
      program.run();
      assertThat(program.read("y")).containsOnly(Float.NaN);
    }
  }

  @Test
  void whatItDoesNotHaveIsRefusedByName() {
    assertThatThrownBy(() -> CUDA.newStore(1, Precision.FP64))
        .isInstanceOf(PrecisionException.class)
        .hasMessageContaining("FP64")
        .hasMessageContaining("[FP32, TF32, BF16]");
  }

  @Test
  void programAndStoreHaveOnePrecision() {
    try (Store store = CUDA.newStore(1, Precision.BF16)) {
      assertThatThrownBy(() -> CUDA.backend().compile(sums(), store, Precision.TF32))
          .isInstanceOf(PrecisionException.class)
          .hasMessageContaining("one precision, got TF32 and BF16");
    }
  }
}

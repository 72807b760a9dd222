package chladni.tests.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chladni.engine.Engine;
import chladni.engine.backend.Backend;
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
import chladni.tests.runtime.ChildJvm;
import java.io.IOException;
import java.util.Arrays;
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
    "FP32, cudnn engine 4",
    "TF32, cudnn engine 3 tf32",
    "BF16, cudnn engine 3 bf16"
  })
  void theFirstEngineThatRoundsNoMoreThanAskedIsTaken(Precision precision, String engine) {
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

  /** Prints what a card before Ampere has and how it refuses the rest. */
  static final class OldCard {
    private OldCard() {}

    public static void main(String[] arguments) {
      try (Engine engine = Engine.open("cuda")) {
        Backend backend = engine.backend();
        System.out.println(backend.precisions());
        for (Precision p : new Precision[] {Precision.TF32, Precision.BF16}) {
          try {
            backend.newStore(1, p).close();
          } catch (PrecisionException e) {
            System.out.println(e.getMessage());
          }
        }
      }
    }
  }

  @Test
  void aCardBeforeAmpereSaysWhyItHasFp32Alone() throws IOException, InterruptedException {
    String said = new ChildJvm().with("SOFTGPU_CAPABILITY", "7.5").run(OldCard.class);
    assertThat(said)
        .containsOnlyOnce("[FP32]\n")
        .contains("TF32 needs compute capability 8.0")
        .contains("BF16 needs compute capability 8.0")
        .contains("compute capability 7.5");
  }
}

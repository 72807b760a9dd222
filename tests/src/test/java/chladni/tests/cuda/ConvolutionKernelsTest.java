package chladni.tests.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import chladni.engine.Engine;
import chladni.engine.autodiff.Autodiff;
import chladni.engine.backend.Listing;
import chladni.engine.backend.Precision;
import chladni.engine.backend.Program;
import chladni.engine.backend.Store;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Node;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Shape;
import chladni.engine.graph.Window;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Our tiled convolutions and cuDNN's against the kernels that follow the definition. */
final class ConvolutionKernelsTest {
  private static final String FIRST = "chladni.cuda.convolution";

  private static final String TILED = "conv_\\w+_\\d+x\\d+( with \\d+ of \\d+ taps)?";

  @AutoClose private static final Engine ENGINE = Engine.open("cuda");

  @AfterEach
  void chooseAgain() {
    System.clearProperty(FIRST);
  }

  /** A convolution with its gradients by input and weight. */
  private record Case(Shape x, Shape w, Window window) {
    Graph graph() {
      Graph graph = new Graph();
      Node x = graph.input("x", this.x);
      Node w = graph.input("w", this.w);
      Node y = graph.output("y", Ops.conv2d(x, w, window));
      Node dOut = graph.input("dOut", y.shape());
      List<Node> gradients = Autodiff.gradients(y, dOut, List.of(x, w));
      graph.output("dx", gradients.get(0));
      graph.output("dw", gradients.get(1));
      return graph;
    }
  }

  private record Result(List<float[]> values, List<String> implementations) {}

  private static Result run(Case c, Precision precision, UnaryOperator<float[]> weights) {
    Graph graph = c.graph();
    try (Store store = ENGINE.backend().newStore(1, precision);
        Program program = ENGINE.backend().compile(graph, store, precision)) {
      SplittableRandom random = new SplittableRandom(3);
      graph
          .inputs()
          .forEach(
              (name, node) -> {
                float[] values = new float[Math.toIntExact(node.shape().elements())];
                for (int i = 0; i < values.length; i++) {
                  values[i] = random.nextInt(-64, 65) / 64f;
                }
                program.write(name, name.equals("w") ? weights.apply(values) : values);
              });
      program.run();
      return new Result(
          List.of(program.read("y"), program.read("dx"), program.read("dw")),
          names(program));
    }
  }

  private static Result run(Case c, String first, Precision precision) {
    System.setProperty(FIRST, first);
    return run(c, precision, UnaryOperator.identity());
  }

  /**
   * Inputs are multiples of 1/64 that bfloat16 holds as well, so products and their sums are exact
   * in every order and all kernels must agree bit for bit. batch, C, H, W, O, kernel, stride, padding, dilation.
   */
  @ParameterizedTest
  @CsvSource({
    "2, 3, 9, 7, 5, 3, 1, 1, 1",
    "3, 1, 16, 16, 20, 4, 2, 1, 1",
    "1, 70, 5, 6, 3, 4, 2, 1, 1",
    "2, 17, 8, 8, 33, 4, 2, 1, 1",
    "2, 5, 11, 10, 6, 3, 3, 2, 2",
    "1, 40, 2, 2, 70, 4, 2, 1, 1",
    "5, 33, 1, 1, 9, 3, 1, 1, 1",
    "1, 2, 6, 6, 4, 1, 2, 0, 1"
  })
  void allKernelsAgreeBitForBit(
      int n, int c, int h, int w, int o, int k, int stride, int padding, int dilation) {
    Case conv =
        new Case(
            Shape.of(n, c, h, w),
            Shape.of(o, c, k, k),
            Window.of(stride, padding).withDilation(dilation, dilation));
    Result direct = run(conv, "direct", Precision.FP32);
    assertThat(direct.implementations)
        .containsExactlyInAnyOrder("conv_forward", "conv_data", "conv_weight");
    Result tiled = run(conv, "tiled", Precision.FP32);
    assertThat(tiled.implementations).hasSize(3).allMatch(i -> i.matches(TILED));
    Result half = run(conv, "tiled", Precision.BF16);
    assertThat(half.implementations).hasSize(3).allMatch(i -> i.matches(TILED + " bf16"));
    Result cudnn = run(conv, "cudnn", Precision.FP32);
    assertThat(cudnn.implementations).hasSize(3).allMatch(i -> i.startsWith("cudnn engine "));
    for (int i = 0; i < 3; i++) {
      assertThat(tiled.values.get(i)).isEqualTo(direct.values.get(i));
      assertThat(half.values.get(i)).isEqualTo(direct.values.get(i));
      assertThat(cudnn.values.get(i)).isEqualTo(direct.values.get(i));
    }
  }

  /**
   * Gradients by the input, a convolution without strides for each class of pixels. batch, C, H, W,
   * O, kernel, strides, padding, dilation, parts.
   */
  @ParameterizedTest
  @CsvSource({
    "2, 8, 8, 6, 16, 4, 2, 2, 1, 1, 4",
    "1, 16, 2, 2, 8, 4, 2, 2, 1, 1, 4",
    "2, 8, 7, 8, 8, 3, 2, 3, 1, 1, 6",
    "1, 8, 8, 11, 8, 5, 3, 1, 2, 2, 3",
    "3, 24, 1, 10, 8, 3, 2, 2, 1, 1, 2",
    "1, 8, 12, 6, 32, 2, 2, 1, 0, 1, 2"
  })
  void partsWithoutStridesAgreeBitForBit(
      int n, int c, int h, int w, int o, int k, int down, int right, int pad, int dilation,
      int parts) {
    Case conv =
        new Case(
            Shape.of(n, c, h, w),
            Shape.of(o, c, k, k),
            new Window(down, right, pad, pad, pad, pad, dilation, dilation));
    for (Precision precision : List.of(Precision.FP32, Precision.BF16)) {
      Result expected = run(conv, "direct", precision);
      Result actual = run(conv, "parity", precision);
      assertThat(actual.implementations)
          .filteredOn(i -> i.matches("conv_parity, cudnn engine .* in " + parts + " parts"))
          .hasSize(1);
      assertThat(actual.values.get(1)).isEqualTo(expected.values.get(1));
    }
  }

  /** Pixels that no tap meets, pixels behind the last window, a tap of 12 bytes. */
  @ParameterizedTest
  @CsvSource({"8, 8, 1, 0, 1", "8, 9, 2, 0, 1", "8, 8, 4, 1, 2", "3, 8, 4, 1, 1"})
  void whatHasNoSuchPartsIsDoneInAnotherWay(int c, int side, int k, int pad, int dilation) {
    Window window = Window.of(2, pad).withDilation(dilation, dilation);
    Case conv = new Case(Shape.of(1, c, side, side - 1), Shape.of(8, c, k, k), window);
    Result expected = run(conv, "direct", Precision.FP32);
    Result actual = run(conv, "parity", Precision.FP32);
    assertThat(actual.implementations).hasSize(3).noneMatch(i -> i.contains("parts"));
    assertThat(actual.values.get(1)).isEqualTo(expected.values.get(1));
  }

  /** At 2 x 2 pixels four taps of sixteen meet a pixel; whatever the others weigh is never read. */
  @Test
  void tapsThatOnlyMeetPaddingAreLeftOut() {
    Case conv = new Case(Shape.of(2, 40, 2, 2), Shape.of(20, 40, 4, 4), Window.of(2, 1));
    Result plain = run(conv, Precision.FP32, UnaryOperator.identity());
    assertThat(plain.implementations)
        .hasSize(3)
        .allMatch(i -> i.matches("conv_\\w+ .*with 4 of 16 taps"));
    Result broken = run(conv, Precision.FP32, w -> withDead(w, Float.NaN));
    assertThat(broken.values.get(0)).isEqualTo(plain.values.get(0));
    assertThat(broken.values.get(1)).isEqualTo(plain.values.get(1));
    float[] dw = plain.values.get(2);
    assertThat(dw).isEqualTo(withDead(dw.clone(), 0f));
    assertThat(dw).isNotEqualTo(new float[dw.length]);
  }

  /** Weights (O, C, 4, 4) with another value where a tap is of the outer ring. */
  private static float[] withDead(float[] weights, float value) {
    for (int i = 0; i < weights.length; i++) {
      int y = i / 4 % 4;
      int x = i % 4;
      if (y == 0 || y == 3 || x == 0 || x == 3) {
        weights[i] = value;
      }
    }
    return weights;
  }

  /** Memory bounds the first, arithmetic the second; the third has one channel. */
  @Test
  void oursComesFirstWhereCudnnIsWeak() {
    assertThat(names(new Case(Shape.of(1, 64, 4, 4), Shape.of(64, 64, 4, 4), Window.of(2, 1))))
        .allMatch(i -> i.startsWith("conv_"));
    assertThat(names(new Case(Shape.of(2, 64, 16, 16), Shape.of(64, 64, 3, 3), Window.of(1, 1))))
        .allMatch(i -> i.startsWith("cudnn engine "));
    assertThat(names(new Case(Shape.of(1, 1, 64, 64), Shape.of(64, 1, 4, 4), Window.of(2, 1))))
        .allMatch(i -> i.startsWith("conv_"));
  }

  private static List<String> names(Case c) {
    try (Store store = ENGINE.newStore(1);
        Program program = ENGINE.compile(c.graph(), store)) {
      return names(program);
    }
  }

  /** What computes the products, without what turns row-major weights. */
  private static List<String> names(Program program) {
    return program.listing().steps().stream()
        .filter(s -> s.kind() == Listing.Kind.PRODUCT)
        .map(s -> s.implementation().replaceAll("^fused, |, fused$", ""))
        .toList();
  }
}

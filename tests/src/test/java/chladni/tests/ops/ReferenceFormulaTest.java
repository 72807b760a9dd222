package chladni.tests.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import chladni.engine.graph.Conv2d;
import chladni.engine.graph.MaxPool2d;
import chladni.engine.graph.Node;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Shape;
import chladni.engine.graph.Window;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The reference itself, against formulas written element by element and numbers worked by hand; the
 * gradients then follow from central differences.
 */
final class ReferenceFormulaTest {
  static Stream<OpCase> convolutions() {
    return OpCases.all().stream().filter(c -> c.op() == Conv2d.class);
  }

  static Stream<OpCase> poolings() {
    return OpCases.all().stream().filter(c -> c.op() == MaxPool2d.class);
  }

  /** An element of a picture; outside of it there is padding. */
  private static double at(double[] x, Shape s, int n, int c, int h, int w, double outside) {
    boolean inside = h >= 0 && h < s.dim(2) && w >= 0 && w < s.dim(3);
    return inside ? x[((n * s.dim(1) + c) * s.dim(2) + h) * s.dim(3) + w] : outside;
  }

  private record Result(Node node, double[] values, List<double[]> operands) {
    Shape operand(int i) {
      return node.input(i).shape();
    }

    int dim(int axis) {
      return node.shape().dim(axis);
    }
  }

  private static Result run(OpCase c) {
    try (Probe probe = new Probe(Backends.EXACT, g -> Derivatives.forward(c, g))) {
      Node node = probe.nodes().getFirst();
      Map<String, double[]> point = Derivatives.point(c, node.graph());
      return new Result(node, probe.at(point).getFirst(), c.values());
    }
  }

  @ParameterizedTest
  @MethodSource("convolutions")
  void convolutionIsItsSum(OpCase c) {
    Result r = run(c);
    Conv2d op = (Conv2d) r.node.op();
    Window window = op.window();
    Shape w = r.operand(1);
    int i = 0;
    for (int n = 0; n < r.dim(0); n++) {
      for (int o = 0; o < r.dim(1); o++) {
        for (int oh = 0; oh < r.dim(2); oh++) {
          for (int ow = 0; ow < r.dim(3); ow++) {
            double sum = 0;
            int group = o / (w.dim(0) / op.groups());
            for (int ch = 0; ch < w.dim(1); ch++) {
              for (int kh = 0; kh < w.dim(2); kh++) {
                for (int kw = 0; kw < w.dim(3); kw++) {
                  int h = oh * window.strideH() - window.padTop() + kh * window.dilationH();
                  int v = ow * window.strideW() - window.padLeft() + kw * window.dilationW();
                  int in = group * w.dim(1) + ch;
                  sum +=
                      at(r.operands.get(0), r.operand(0), n, in, h, v, 0)
                          * at(r.operands.get(1), w, o, ch, kh, kw, 0);
                }
              }
            }
            assertThat(r.values[i++]).isCloseTo(sum, within(1e-12));
          }
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("poolings")
  void maxPoolingIsItsMaximum(OpCase c) {
    Result r = run(c);
    MaxPool2d op = (MaxPool2d) r.node.op();
    Window window = op.window();
    int i = 0;
    for (int n = 0; n < r.dim(0); n++) {
      for (int ch = 0; ch < r.dim(1); ch++) {
        for (int oh = 0; oh < r.dim(2); oh++) {
          for (int ow = 0; ow < r.dim(3); ow++) {
            double max = Double.NEGATIVE_INFINITY;
            for (int kh = 0; kh < op.kernelH(); kh++) {
              for (int kw = 0; kw < op.kernelW(); kw++) {
                int h = oh * window.strideH() - window.padTop() + kh * window.dilationH();
                int w = ow * window.strideW() - window.padLeft() + kw * window.dilationW();
                double outside = Double.NEGATIVE_INFINITY;
                max = Math.max(max, at(r.operands.get(0), r.operand(0), n, ch, h, w, outside));
              }
            }
            assertThat(r.values[i++]).isEqualTo(max);
          }
        }
      }
    }
  }

  private static double[] of(Function<Node, Node> f, Shape shape, double... x) {
    try (Probe probe = new Probe(Backends.EXACT, g -> List.of(f.apply(g.input("x", shape))))) {
      return probe.at(Map.of("x", x)).getFirst();
    }
  }

  @Test
  void shapesMoveElementsAsSaid() {
    Shape s = Shape.of(2, 3);
    double[] x = {1, 2, 3, 4, 5, 6};
    assertThat(of(Ops::transpose, s, x)).containsExactly(1, 4, 2, 5, 3, 6);
    assertThat(of(n -> Ops.slice(n, 1, 1, 3), s, x)).containsExactly(2, 3, 5, 6);
    assertThat(of(n -> Ops.pad(n, 0, 1, 0), s, x)).containsExactly(0, 0, 0, 1, 2, 3, 4, 5, 6);
    assertThat(of(n -> Ops.concat(1, n, n), s, x))
        .containsExactly(1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6);
    assertThat(of(n -> Ops.broadcast(n, Shape.of(2, 2, 3)), s, x))
        .containsExactly(1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6);
    assertThat(of(n -> Ops.broadcast(Ops.slice(n, 1, 0, 1), Shape.of(2, 2)), s, x))
        .containsExactly(1, 1, 4, 4);
    assertThat(of(n -> Ops.transpose(Ops.reshape(n, Shape.of(1, 2, 3)), 2, 0, 1), s, x))
        .containsExactly(1, 4, 2, 5, 3, 6);
  }

  @Test
  void reductionsTakeTheAxesAsSaid() {
    Shape s = Shape.of(2, 3);
    double[] x = {1, 2, 3, 4, 5, 6};
    assertThat(of(Ops::sum, s, x)).containsExactly(21);
    assertThat(of(n -> Ops.sum(n, false, 0), s, x)).containsExactly(5, 7, 9);
    assertThat(of(n -> Ops.sum(n, true, 1), s, x)).containsExactly(6, 15);
    assertThat(of(n -> Ops.max(n, false, 0), s, x)).containsExactly(4, 5, 6);
    assertThat(of(n -> Ops.channelSum(n, 2), s, x)).containsExactly(x);
    assertThat(of(n -> Ops.channelSum(n, 1), Shape.of(2, 3, 1), x)).containsExactly(5, 7, 9);
  }

  @Test
  void blocksAreSummedAndPixelsRepeatedInBothDirections() {
    double[] x = {1, 2, 3, 4, 5, 6, 7, 8};
    assertThat(of(n -> Ops.blockSum2d(n, 2), Shape.of(1, 1, 2, 4), x)).containsExactly(14, 22);
    assertThat(of(n -> Ops.upsampleNearest2d(n, 2), Shape.of(1, 1, 1, 2), 1, 2))
        .containsExactly(1, 1, 2, 2, 1, 1, 2, 2);
  }

  @Test
  void batchNormalisationOfAGroupHasMeanBetaAndDeviationGamma() {
    // Two groups of two pictures with one channel of two pixels; each is 0, 2, 4, 6 moved.
    double[] x = {0, 2, 4, 6, 100, 102, 104, 106};
    Function<Node, Node> f =
        n -> {
          Node mean = Ops.channelMean(n, 2);
          Node one = n.graph().constant(3, Shape.of(1));
          Node beta = n.graph().constant(10, Shape.of(1));
          return Ops.batchNorm(n, mean, Ops.channelVariance(n, mean), one, beta, 4);
        };
    // The biased variance is 5 and eps 4, so a deviation of 3 meets a gamma of 3.
    assertThat(of(f, Shape.of(4, 1, 2), x)).containsExactly(7, 9, 11, 13, 7, 9, 11, 13);
  }

  @Test
  void logSoftmaxSurvivesLargeLogits() {
    assertThat(of(Ops::logSoftmax, Shape.of(2, 2), 1e4, 1e4, 0, -1e4))
        .usingElementComparator((a, b) -> Math.abs(a - b) < 1e-12 ? 0 : 1)
        .containsExactly(-Math.log(2), -Math.log(2), 0, -1e4);
  }

  @Test
  void matrixProductTakesTransposedOperands() {
    Shape s = Shape.of(2, 3);
    double[] x = {1, 2, 3, 4, 5, 6};
    assertThat(of(n -> Ops.matmul(n, n, false, true), s, x)).containsExactly(14, 32, 32, 77);
    assertThat(of(n -> Ops.matmul(n, n, true, false), s, x))
        .containsExactly(17, 22, 27, 22, 29, 36, 27, 36, 45);
    // (x^T)^T times ((x x)^T)^T, with x x = (1, 4; 0, 1) for x = (1, 2; 0, 1).
    Function<Node, Node> both =
        n -> Ops.matmul(Ops.transpose(n), Ops.transpose(Ops.matmul(n, n)), true, true);
    assertThat(of(both, Shape.of(2, 2), 1, 2, 0, 1)).containsExactly(1, 6, 0, 1);
  }
}

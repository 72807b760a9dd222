package chladni.engine.backend.reference;

import chladni.engine.graph.MaxPool2d;
import chladni.engine.graph.MaxPool2dGrad;
import chladni.engine.graph.MaxPool2dPick;
import chladni.engine.graph.Node;
import chladni.engine.graph.Shape;
import chladni.engine.graph.Window;
import chladni.engine.graph.WindowSpread2d;
import chladni.engine.graph.WindowSum2d;

/** Maxima, where a tie goes to the first element in row-major order and a NaN wins, and sums. */
final class Pooling {
  private Pooling() {}

  static double[] maxPool2d(MaxPool2d op, Node node, double[] src) {
    double[] dst = Shapes.filled(node.shape(), 0);
    Shape x = node.input(0).shape();
    int[] winners = new Walk(x, node.shape(), op.kernelH(), op.kernelW(), op.window()).winners(src);
    for (int i = 0; i < dst.length; i++) {
      dst[i] = src[winners[i]];
    }
    return dst;
  }

  static double[] maxPool2dGrad(MaxPool2dGrad op, Node node, double[] src, double[] dOut) {
    double[] dst = Shapes.filled(node.shape(), 0);
    Shape pooled = node.input(1).shape();
    int[] winners =
        new Walk(node.shape(), pooled, op.kernelH(), op.kernelW(), op.window()).winners(src);
    for (int i = 0; i < dOut.length; i++) {
      dst[winners[i]] += dOut[i];
    }
    return dst;
  }

  static double[] maxPool2dPick(MaxPool2dPick op, Node node, double[] src, double[] values) {
    double[] dst = Shapes.filled(node.shape(), 0);
    Shape x = node.input(0).shape();
    int[] winners = new Walk(x, node.shape(), op.kernelH(), op.kernelW(), op.window()).winners(src);
    for (int i = 0; i < dst.length; i++) {
      dst[i] = values[winners[i]];
    }
    return dst;
  }

  static double[] windowSum2d(WindowSum2d op, Node node, double[] src) {
    double[] dst = Shapes.filled(node.shape(), 0);
    new Walk(node.input(0).shape(), node.shape(), op.kernelH(), op.kernelW(), op.window())
        .forEachPair((at, i) -> dst[i] += src[at]);
    return dst;
  }

  static double[] windowSpread2d(WindowSpread2d op, Node node, double[] src) {
    double[] dst = Shapes.filled(node.shape(), 0);
    new Walk(node.shape(), node.input(0).shape(), op.kernelH(), op.kernelW(), op.window())
        .forEachPair((at, i) -> dst[at] += src[i]);
    return dst;
  }

  /** Receives the position of an element and that of a window over it. */
  @FunctionalInterface
  private interface Pair {
    void visit(int at, int out);
  }

  /** large (N, C, H, W), small (N, C, oH, oW). */
  private record Walk(Shape large, Shape small, int kernelH, int kernelW, Window window) {
    /** For each window its elements in row-major order. */
    void forEachPair(Pair pair) {
      int h = large.dim(2);
      int w = large.dim(3);
      int i = 0;
      for (int plane = 0; plane < large.dim(0) * large.dim(1); plane++) {
        for (int oh = 0; oh < small.dim(2); oh++) {
          for (int ow = 0; ow < small.dim(3); ow++) {
            for (int kh = 0; kh < kernelH; kh++) {
              for (int kw = 0; kw < kernelW; kw++) {
                int ih = oh * window.strideH() - window.padTop() + kh * window.dilationH();
                int iw = ow * window.strideW() - window.padLeft() + kw * window.dilationW();
                if (ih >= 0 && ih < h && iw >= 0 && iw < w) {
                  pair.visit((plane * h + ih) * w + iw, i);
                }
              }
            }
            i++;
          }
        }
      }
    }

    /** The position of each window's largest element. */
    int[] winners(double[] src) {
      int[] best = new int[Math.toIntExact(small.elements())];
      boolean[] begun = new boolean[best.length];
      forEachPair(
          (at, i) -> {
            if (!begun[i] || src[at] > src[best[i]] || Double.isNaN(src[at])) {
              best[i] = at;
              begun[i] = true;
            }
          });
      return best;
    }
  }
}

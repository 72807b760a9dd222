package chladni.engine.backend.reference;

import chladni.engine.graph.MaxPool2d;
import chladni.engine.graph.MaxPool2dGrad;
import chladni.engine.graph.Node;
import chladni.engine.graph.Shape;
import chladni.engine.graph.Window;

/** Max pooling; a tie goes to the first element in row-major order and a NaN wins. */
final class Pooling {
  private Pooling() {}

  static double[] maxPool2d(MaxPool2d op, Node node, double[] src) {
    double[] dst = Shapes.filled(node.shape(), 0);
    Shape x = node.input(0).shape();
    forEachWinner(
        src, x, node.shape(), op.kernelH(), op.kernelW(), op.window(), (at, i) -> dst[i] = src[at]);
    return dst;
  }

  static double[] maxPool2dGrad(MaxPool2dGrad op, Node node, double[] src, double[] dOut) {
    double[] dst = Shapes.filled(node.shape(), 0);
    Shape x = node.input(0).shape();
    Shape out = node.input(1).shape();
    forEachWinner(
        src, x, out, op.kernelH(), op.kernelW(), op.window(), (at, i) -> dst[at] += dOut[i]);
    return dst;
  }

  /** Receives the position of a window's largest element and the position of the window. */
  @FunctionalInterface
  private interface Winner {
    void visit(int at, int out);
  }

  private static void forEachWinner(
      double[] src, Shape x, Shape out, int kernelH, int kernelW, Window window, Winner winner) {
    int h = x.dim(2);
    int w = x.dim(3);
    int i = 0;
    for (int plane = 0; plane < x.dim(0) * x.dim(1); plane++) {
      for (int oh = 0; oh < out.dim(2); oh++) {
        for (int ow = 0; ow < out.dim(3); ow++) {
          int top = oh * window.strideH() - window.padTop();
          int left = ow * window.strideW() - window.padLeft();
          int best = -1;
          for (int ih = Math.max(0, top); ih < Math.min(h, top + kernelH); ih++) {
            for (int iw = Math.max(0, left); iw < Math.min(w, left + kernelW); iw++) {
              int at = (plane * h + ih) * w + iw;
              if (best < 0 || src[at] > src[best] || Double.isNaN(src[at])) {
                best = at;
              }
            }
          }
          winner.visit(best, i++);
        }
      }
    }
  }
}

package chladni.engine.backend.reference;

import chladni.engine.graph.Node;
import chladni.engine.graph.Resample2d;
import chladni.engine.graph.Resample2dGrad;
import chladni.engine.graph.Resampling;
import chladni.engine.graph.Shape;

/** Pictures of another size, and the transpose of that. */
final class Resampled {
  private Resampled() {}

  static double[] resample2d(Resample2d op, Node node, double[] src) {
    double[] dst = Shapes.filled(node.shape(), 0);
    forEachTap(
        op.mode(),
        node.input(0).shape(),
        node.shape(),
        (at, i, weight) -> dst[i] += weight * src[at]);
    return dst;
  }

  static double[] resample2dGrad(Resample2dGrad op, Node node, double[] dOut) {
    double[] dst = Shapes.filled(node.shape(), 0);
    forEachTap(
        op.mode(),
        node.shape(),
        node.input(0).shape(),
        (at, i, weight) -> dst[at] += weight * dOut[i]);
    return dst;
  }

  /** Receives where an element comes from, its own position and the weight between them. */
  @FunctionalInterface
  private interface Tap {
    void visit(int at, int out, double weight);
  }

  private static void forEachTap(Resampling mode, Shape from, Shape to, Tap tap) {
    int h = from.dim(2);
    int w = from.dim(3);
    int i = 0;
    for (int plane = 0; plane < from.dim(0) * from.dim(1); plane++) {
      for (int oh = 0; oh < to.dim(2); oh++) {
        double y = mode.position(oh, h, to.dim(2));
        for (int ow = 0; ow < to.dim(3); ow++) {
          double x = mode.position(ow, w, to.dim(3));
          for (int ih = (int) y; ih <= Math.min(h - 1, Math.ceil(y)); ih++) {
            for (int iw = (int) x; iw <= Math.min(w - 1, Math.ceil(x)); iw++) {
              tap.visit((plane * h + ih) * w + iw, i, share(y, ih, h) * share(x, iw, w));
            }
          }
          i++;
        }
      }
    }
  }

  /** How much an element of an axis of this extent counts at a position beside it. */
  private static double share(double position, int at, int extent) {
    return position >= extent - 1 ? 1 : 1 - Math.abs(position - at);
  }
}

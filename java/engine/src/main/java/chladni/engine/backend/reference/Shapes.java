package chladni.engine.backend.reference;

import chladni.engine.graph.Concat;
import chladni.engine.graph.Flip;
import chladni.engine.graph.Node;
import chladni.engine.graph.OneHot;
import chladni.engine.graph.Pad;
import chladni.engine.graph.Shape;
import chladni.engine.graph.Slice;
import chladni.engine.graph.Transpose;
import chladni.engine.graph.UpsampleNearest2d;
import java.util.Arrays;

/** Elements moved, repeated and spread out; none is computed. */
final class Shapes {
  private Shapes() {}

  static double[] filled(Shape shape, double value) {
    double[] dst = new double[Math.toIntExact(shape.elements())];
    Arrays.fill(dst, value);
    return dst;
  }

  static double[] broadcast(Node node, double[] src) {
    Shape from = node.input(0).shape();
    Shape to = node.shape();
    if (from.elements() == 1) {
      return filled(to, src[0]);
    }
    int[] own = Strided.strides(from);
    int[] strides = new int[to.rank()];
    int missing = to.rank() - from.rank();
    for (int i = missing; i < to.rank(); i++) {
      strides[i] = from.dim(i - missing) == 1 ? 0 : own[i - missing];
    }
    return Strided.gather(src, to.dims(), 0, strides);
  }

  static double[] transpose(Transpose op, Node node, double[] src) {
    if (node.shape().rank() == 0) {
      return src;
    }
    int[] own = Strided.strides(node.input(0).shape());
    int[] strides = op.order().stream().mapToInt(axis -> own[axis]).toArray();
    return Strided.gather(src, node.shape().dims(), 0, strides);
  }

  static double[] slice(Slice op, Node node, double[] src) {
    int[] strides = Strided.strides(node.input(0).shape());
    return Strided.gather(src, node.shape().dims(), op.from() * strides[op.axis()], strides);
  }

  static double[] flip(Flip op, Node node, double[] src) {
    int[] strides = Strided.strides(node.shape());
    int last = (node.shape().dim(op.axis()) - 1) * strides[op.axis()];
    strides[op.axis()] *= -1;
    return Strided.gather(src, node.shape().dims(), last, strides);
  }

  static double[] pad(Pad op, Node node, double[] src) {
    double[] dst = filled(node.shape(), 0);
    copyPart(src, node.input(0).shape(), dst, node.shape(), op.axis(), op.before());
    return dst;
  }

  static double[] concat(Concat op, Node node, double[][] parts) {
    double[] dst = filled(node.shape(), 0);
    int from = 0;
    for (int i = 0; i < parts.length; i++) {
      Shape part = node.input(i).shape();
      copyPart(parts[i], part, dst, node.shape(), op.axis(), from);
      from += part.dim(op.axis());
    }
    return dst;
  }

  /** Copies {@code src} to the place in {@code dst} that begins at {@code from} on one axis. */
  private static void copyPart(
      double[] src, Shape srcShape, double[] dst, Shape dstShape, int axis, int from) {
    int inner = Strided.strides(dstShape)[axis];
    int length = srcShape.dim(axis) * inner;
    int step = dstShape.dim(axis) * inner;
    for (int s = 0, d = from * inner; s < src.length; s += length, d += step) {
      System.arraycopy(src, s, dst, d, length);
    }
  }

  static double[] upsampleNearest2d(UpsampleNearest2d op, Node node, double[] src) {
    Shape x = node.input(0).shape();
    int h = x.dim(2);
    int w = x.dim(3);
    int[] dims = {x.dim(0) * x.dim(1), h, op.factor(), w, op.factor()};
    return Strided.gather(src, dims, 0, new int[] {h * w, w, 0, 1, 0});
  }

  static double[] channelBroadcast(Node node, double[] src) {
    int groups = node.input(0).shape().dim(0);
    int channels = node.input(0).shape().dim(1);
    return Strided.gather(
        src, channelBox(node.shape(), groups), 0, new int[] {channels, 0, 1, 0});
  }

  static double[] oneHot(OneHot op, Node node, double[] labels) {
    double[] dst = filled(node.shape(), 0);
    for (int i = 0; i < labels.length; i++) {
      if (labels[i] >= 0 && labels[i] < op.classes()) {
        dst[i * op.classes() + (int) labels[i]] = 1;
      }
    }
    return dst;
  }

  /** (N, C, ...) seen as (groups, N / groups, C, the rest). */
  static int[] channelBox(Shape shape, int groups) {
    int n = shape.dim(0);
    int c = shape.dim(1);
    return new int[] {groups, n / groups, c, Math.toIntExact(shape.elements() / n / c)};
  }
}

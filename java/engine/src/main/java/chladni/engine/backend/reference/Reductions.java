package chladni.engine.backend.reference;

import chladni.engine.graph.BlockSum2d;
import chladni.engine.graph.ChannelSum;
import chladni.engine.graph.Max;
import chladni.engine.graph.Node;
import chladni.engine.graph.Op;
import chladni.engine.graph.Shape;
import chladni.engine.graph.Sum;
import java.util.List;
import java.util.function.DoubleBinaryOperator;

/** Many elements to one: the operand is walked in order, its reduced axes have stride 0 in dst. */
final class Reductions {
  private Reductions() {}

  static double[] sum(Sum op, Node node, double[] src) {
    Shape from = node.input(0).shape();
    return reduce(
        src, from.dims(), dstStrides(from, op.axes()), Shapes.filled(node.shape(), 0), Double::sum);
  }

  static double[] max(Max op, Node node, double[] src) {
    Shape from = node.input(0).shape();
    double[] dst = Shapes.filled(node.shape(), Double.NEGATIVE_INFINITY);
    return reduce(src, from.dims(), dstStrides(from, op.axes()), dst, Math::max);
  }

  static double[] channelSum(ChannelSum op, Node node, double[] src) {
    int[] dims = Shapes.channelBox(node.input(0).shape(), op.groups());
    int[] strides = {dims[2], 0, 1, 0};
    return reduce(src, dims, strides, Shapes.filled(node.shape(), 0), Double::sum);
  }

  static double[] blockSum2d(BlockSum2d op, Node node, double[] src) {
    Shape to = node.shape();
    int h = to.dim(2);
    int w = to.dim(3);
    int[] dims = {to.dim(0) * to.dim(1), h, op.factor(), w, op.factor()};
    int[] strides = {h * w, w, 0, 1, 0};
    return reduce(src, dims, strides, Shapes.filled(to, 0), Double::sum);
  }

  /** The strides in dst of the operand's axes. */
  private static int[] dstStrides(Shape from, List<Integer> axes) {
    Shape kept = Op.reduced(from, axes, true);
    int[] strides = Strided.strides(kept);
    for (int i = 0; i < strides.length; i++) {
      if (from.dim(i) != kept.dim(i)) {
        strides[i] = 0;
      }
    }
    return strides;
  }

  private static double[] reduce(
      double[] src, int[] dims, int[] strides, double[] dst, DoubleBinaryOperator f) {
    if (dims.length == 0) {
      return src;
    }
    int n = dims[dims.length - 1];
    int stride = strides[dims.length - 1];
    Strided.rows(
        dims,
        0,
        strides,
        (at, other) -> {
          for (int i = 0; i < n; i++) {
            dst[other + i * stride] = f.applyAsDouble(dst[other + i * stride], src[at + i]);
          }
        });
    return dst;
  }
}

package chladni.engine.graph;

import java.util.List;
import java.util.stream.IntStream;

/**
 * The public verbs. Each appends nodes to the graph of its operands; two-operand arithmetic
 * broadcasts by the rule of NumPy. Composed verbs stand below the primitive ones.
 */
public final class Ops extends ElementwiseVerbs {
  private Ops() {}

  // Shape.

  /** Repeats axes of extent 1, and x along new axes in front, to a shape: NumPy's rule. */
  public static Node broadcast(Node x, Shape shape) {
    return x.shape().equals(shape) ? x : append(new Broadcast(shape), x);
  }

  /** The same elements in row-major order under another shape of as many. */
  public static Node reshape(Node x, Shape shape) {
    return x.shape().equals(shape) ? x : append(new Reshape(shape), x);
  }

  /** All axes but the first become one. */
  public static Node flatten(Node x) {
    int n = x.shape().dim(0);
    return reshape(x, Shape.of(n, Math.toIntExact(x.shape().elements() / n)));
  }

  /** All axes but the last become one. */
  public static Node rows(Node x) {
    int n = x.shape().dim(-1);
    return reshape(x, Shape.of(Math.toIntExact(x.shape().elements() / n), n));
  }

  /** Axes in another order; without one, in reverse. */
  public static Node transpose(Node x, int... order) {
    int rank = x.shape().rank();
    IntStream axes =
        order.length == 0
            ? IntStream.range(0, rank).map(i -> rank - 1 - i)
            : IntStream.of(order).map(x.shape()::axis);
    return append(new Transpose(axes.boxed().toList()), x);
  }

  /** The elements from (inclusive) to (exclusive) along an axis. */
  public static Node slice(Node x, int axis, int from, int to) {
    int a = x.shape().axis(axis);
    return from == 0 && to == x.shape().dim(a) ? x : append(new Slice(a, from, to), x);
  }

  /** With zeros before and after along one axis. */
  public static Node pad(Node x, int axis, int before, int after) {
    return before == 0 && after == 0 ? x : append(new Pad(x.shape().axis(axis), before, after), x);
  }

  /** With a margin of a kind along one axis. */
  public static Node pad(Node x, Padding kind, int axis, int before, int after) {
    return kind.pad(x, x.shape().axis(axis), before, after);
  }

  /** Pictures (N, C, H, W) with a margin around H and W. */
  public static Node pad2d(Node x, Padding kind, int top, int left, int bottom, int right) {
    return pad(pad(x, kind, 2, top, bottom), kind, 3, left, right);
  }

  /** One behind the other along an axis; all other extents are equal. */
  public static Node concat(int axis, Node... parts) {
    return parts.length == 1 ? parts[0] : append(new Concat(parts[0].shape().axis(axis)), parts);
  }

  /** An axis backwards. */
  public static Node flip(Node x, int axis) {
    int a = x.shape().axis(axis);
    return x.shape().dim(a) == 1 ? x : append(new Flip(a), x);
  }

  /** Pictures (N, C, H, W) to (N, C, factor H, factor W): each pixel repeated. */
  public static Node upsampleNearest2d(Node x, int factor) {
    return append(new UpsampleNearest2d(factor), x);
  }

  /** Pictures (N, C, H, W) to (N, C, H / factor, W / factor): the sum of each block. */
  public static Node blockSum2d(Node x, int factor) {
    return append(new BlockSum2d(factor), x);
  }

  /** The mean of each factor x factor block. */
  public static Node averagePool2d(Node x, int factor) {
    return scale(blockSum2d(x, factor), 1.0 / (factor * factor));
  }

  // Reductions. No axes means all of them.

  /** The sum over some axes, which stay with extent 1 or go. */
  public static Node sum(Node x, boolean keepDims, int... axes) {
    List<Integer> over = axes(x, axes);
    return over.isEmpty() ? x : append(new Sum(over, keepDims), x);
  }

  /** The largest element over some axes; equal ones share the gradient equally. */
  public static Node max(Node x, boolean keepDims, int... axes) {
    List<Integer> over = axes(x, axes);
    return over.isEmpty() ? x : append(new Max(over, keepDims), x);
  }

  /** The smallest element over some axes; equal ones share the gradient equally. */
  public static Node min(Node x, boolean keepDims, int... axes) {
    return neg(max(neg(x), keepDims, axes));
  }

  /** The sum of all elements: a scalar. */
  public static Node sum(Node x) {
    return sum(x, false);
  }

  /** The mean of all elements: a scalar. */
  public static Node mean(Node x) {
    return mean(x, false);
  }

  /** The mean over some axes, which stay with extent 1 or go. */
  public static Node mean(Node x, boolean keepDims, int... axes) {
    Node s = sum(x, keepDims, axes);
    return scale(s, (double) s.shape().elements() / x.shape().elements());
  }

  private static List<Integer> axes(Node x, int... axes) {
    IntStream all = axes.length == 0 ? IntStream.range(0, x.shape().rank()) : IntStream.of(axes);
    return all.map(x.shape()::axis).distinct().sorted().boxed().toList();
  }

  /** x (N, C, ...) to (G, C): each channel's sum over each of G parts of the batch. */
  public static Node channelSum(Node x, int groups) {
    return append(new ChannelSum(groups), x);
  }

  /** A value (G, C) per channel and part of the batch, spread over (N, C, ...). */
  public static Node channelBroadcast(Node stat, Shape shape) {
    return append(new ChannelBroadcast(shape), stat);
  }

  // Indices along an axis; see IndexOp for those out of range.

  /** x (A, extent, B) at indices (I) gives (A, I, B), for any number of axes in A, B and I. */
  public static Node gather(Node x, Node indices, int axis) {
    return append(new Gather(x.shape().axis(axis), Double.NaN), x, indices);
  }

  /** Adds x (A, I, B) to zeros (A, extent, B) at indices (I); {@code axis} is the number of A's. */
  public static Node scatterAdd(Node x, Node indices, int axis, int extent) {
    return append(new ScatterAdd(axis, extent), x, indices);
  }

  /** One element of x (A, extent, B) for each index (A, I, B). */
  public static Node gatherAlong(Node x, Node indices, int axis) {
    return append(new GatherAlong(x.shape().axis(axis), Double.NaN), x, indices);
  }

  /** Adds each element of x (A, I, B) to zeros (A, extent, B) at its index (A, I, B). */
  public static Node scatterAddAlong(Node x, Node indices, int axis, int extent) {
    return append(new ScatterAddAlong(x.shape().axis(axis), extent), x, indices);
  }

  /** The INT32 index of the largest element, the lowest of equal ones; NaN is the largest. */
  public static Node argMax(Node x, int axis, boolean keepDims) {
    return append(new ArgMax(x.shape().axis(axis), keepDims), x);
  }

  /** The INT32 index of the smallest element, the lowest of equal ones; NaN is the smallest. */
  public static Node argMin(Node x, int axis, boolean keepDims) {
    return argMax(neg(x), axis, keepDims);
  }

  /** The k largest elements and their indices, the largest first; of equal ones the lower index. */
  public static TopK.Result topK(Node x, int axis, int k) {
    Node indices = append(new TopK(x.shape().axis(axis), k), x);
    return new TopK.Result(gatherAlong(x, indices, axis), indices);
  }

  // Products.

  /** (..., M, K) times (..., K, N), the axes in front broadcast. */
  public static Node matmul(Node a, Node b) {
    return matmul(a, b, false, false);
  }

  /**
   * The last two axes are matrices, those in front broadcast. One matrix on the right of many that
   * are not transposed multiplies all their rows at once.
   */
  public static Node matmul(Node a, Node b, boolean transposeA, boolean transposeB) {
    Shape x = a.shape();
    Shape y = b.shape();
    MatMul op = new MatMul(transposeA, transposeB);
    if (x.rank() < 2 || y.rank() < 2 || (x.rank() == 2 && y.rank() == 2)) {
      return append(op, a, b);
    }
    if (y.rank() == 2 && !transposeA) {
      Node product = append(op, rows(a), b);
      return reshape(product, x.with(-1, product.shape().dim(1)));
    }
    Shape batchA = x.with(-2, 1).with(-1, 1);
    Shape batch = Broadcast.common("matmul", a, batchA, b, y.with(-2, 1).with(-1, 1));
    Shape wideA = batch.with(-2, x.dim(-2)).with(-1, x.dim(-1));
    Shape wideB = batch.with(-2, y.dim(-2)).with(-1, y.dim(-1));
    return append(op, broadcast(a, wideA), broadcast(b, wideB));
  }

  // Windows.

  /** src (N, C, H, W), weight (O, C, kH, kW) to (N, O, oH, oW): PyTorch's cross-correlation. */
  public static Node conv2d(Node src, Node weight, Window window) {
    return conv2d(src, weight, window, 1);
  }

  /** weight (O, C / groups, kH, kW); depthwise with as many groups as input channels. */
  public static Node conv2d(Node src, Node weight, Window window, int groups) {
    return append(new Conv2d(window, groups), src, weight);
  }

  /** With the smallest output that convolves back to the input: PyTorch's output_padding 0. */
  public static Node convTranspose2d(Node src, Node weight, Window window) {
    Shape x = src.shape();
    Shape w = weight.shape();
    int outH = window.inH(x.dim(2), w.dim(2));
    return convTranspose2d(src, weight, window, outH, window.inW(x.dim(3), w.dim(3)));
  }

  /** To an output size that {@code window} convolves back to the input's. */
  public static Node convTranspose2d(Node src, Node weight, Window window, int outH, int outW) {
    return convTranspose2d(src, weight, window, 1, outH, outW);
  }

  /** weight (I, O / groups, kH, kW). */
  public static Node convTranspose2d(
      Node src, Node weight, Window window, int groups, int outH, int outW) {
    return append(new ConvTranspose2d(window, groups, outH, outW), src, weight);
  }

  static Node convWeightGrad(
      Node src, Node dOut, Window window, int groups, int kernelH, int kernelW) {
    return append(new ConvWeightGrad(window, groups, kernelH, kernelW), src, dOut);
  }

  /** The largest element under each window; padding never wins, equals yield to the first. */
  public static Node maxPool2d(Node x, int kernelH, int kernelW, Window window) {
    return append(new MaxPool2d(kernelH, kernelW, window), x);
  }

  /**
   * The mean under each window, rounding the output size down.
   *
   * @param countIncludePad whether padding counts as zeros or not at all
   */
  public static Node avgPool2d(
      Node x, int kernelH, int kernelW, Window window, boolean countIncludePad) {
    int h = x.shape().dim(2);
    int w = x.shape().dim(3);
    boolean blocks = kernelH == kernelW && h % kernelH == 0 && w % kernelW == 0;
    if (blocks && window.equals(Window.of(kernelH, 0))) {
      return averagePool2d(x, kernelH);
    }
    WindowSum2d op = new WindowSum2d(kernelH, kernelW, window);
    Node sum = append(op, x);
    if (countIncludePad || !window.isPadded()) {
      return scale(sum, 1.0 / (kernelH * kernelW));
    }
    return div(sum, append(op, x.graph().constant(1, Shape.of(1, 1, h, w))));
  }

  /** The element before, as PyTorch's mode nearest. */
  public static Node resampleNearest2d(Node x, int outH, int outW) {
    int h = x.shape().dim(2);
    int w = x.shape().dim(3);
    int factor = outH / h;
    return factor > 1 && repeats(h, outH, factor) && repeats(w, outW, factor)
        ? upsampleNearest2d(x, factor)
        : resample2d(x, Resampling.NEAREST, outH, outW);
  }

  /** Whether nearest resampling of an axis repeats each element so often. */
  private static boolean repeats(int in, int out, int factor) {
    return out == in * factor
        && IntStream.range(0, out)
            .allMatch(i -> Resampling.NEAREST.position(i, in, out) == i / factor);
  }

  /** Between the neighbours, as PyTorch's mode bilinear without antialiasing. */
  public static Node resampleBilinear2d(Node x, int outH, int outW, boolean alignCorners) {
    return resample2d(
        x, alignCorners ? Resampling.BILINEAR_ALIGNED : Resampling.BILINEAR, outH, outW);
  }

  private static Node resample2d(Node x, Resampling mode, int outH, int outW) {
    boolean same = outH == x.shape().dim(2) && outW == x.shape().dim(3);
    return same ? x : append(new Resample2d(mode, outH, outW), x);
  }

  // Normalisation, classification, randomness.

  /** x (N, C, ...) with the statistics given: see {@link BatchNorm} for the shapes. */
  public static Node batchNorm(Node x, Node mean, Node var, Node gamma, Node beta, double eps) {
    return append(new BatchNorm(eps), x, mean, var, gamma, beta);
  }

  /** The mean of each channel over each of so many consecutive parts of the batch: (G, C). */
  public static Node channelMean(Node x, int groups) {
    return scale(channelSum(x, groups), perChannel(x, groups));
  }

  /** The biased variance around a mean from {@link #channelMean}: (G, C). */
  public static Node channelVariance(Node x, Node mean) {
    Node centred = sub(x, channelBroadcast(mean, x.shape()));
    int groups = mean.shape().dim(0);
    return scale(channelSum(mul(centred, centred), groups), perChannel(x, groups));
  }

  private static double perChannel(Node x, int groups) {
    return (double) groups * x.shape().dim(1) / x.shape().elements();
  }

  /** Batch normalisation with fixed statistics, all of shape (C): a scale and a shift per channel. */
  public static Node normalize(Node x, Node mean, Node var, Node gamma, Node beta, double eps) {
    Node factor = div(gamma, sqrt(shift(var, eps)));
    Node addend = sub(beta, mul(mean, factor));
    return add(mul(x, perChannel(factor, x)), perChannel(addend, x));
  }

  /** Adds a value per channel: bias (C) to x (N, C, ...). */
  public static Node addBias(Node x, Node bias) {
    return add(x, perChannel(bias, x));
  }

  private static Node perChannel(Node values, Node x) {
    return channelBroadcast(reshape(values, Shape.of(1, x.shape().dim(1))), x.shape());
  }

  /** Over the last axis. */
  public static Node logSoftmax(Node x) {
    return logSoftmax(x, -1);
  }

  /** The logarithm of softmax along an axis, without overflow. */
  public static Node logSoftmax(Node x, int axis) {
    return append(new LogSoftmax(x.shape().axis(axis)), x);
  }

  /** Over the last axis. */
  public static Node softmax(Node x) {
    return softmax(x, -1);
  }

  /** exp(x) over its sum along an axis. */
  public static Node softmax(Node x, int axis) {
    return exp(logSoftmax(x, axis));
  }

  /** INT32 labels (...) to (..., classes); a label out of range gives a row of zeros. */
  public static Node oneHot(Node labels, int classes) {
    return append(new OneHot(classes), labels);
  }

  /**
   * Zeros with probability p, all else divided by 1 - p. The mask is a function of seed, stream,
   * counter (an INT32 scalar, the step) and position: the same on every backend.
   */
  public static Node dropout(Node x, Node counter, double p, long seed, int stream) {
    return p == 0 ? x : append(new Dropout(p, seed, stream), x, counter);
  }

  /** An operation of the user's own. */
  public static Node custom(CustomOp op, Node... operands) {
    return append(op, operands);
  }
}

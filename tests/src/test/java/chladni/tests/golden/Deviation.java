package chladni.tests.golden;

import chladni.engine.graph.BatchNorm;
import chladni.engine.graph.BlockSum2d;
import chladni.engine.graph.ChannelSum;
import chladni.engine.graph.Conv2d;
import chladni.engine.graph.ConvTranspose2d;
import chladni.engine.graph.ConvWeightGrad;
import chladni.engine.graph.LogSoftmax;
import chladni.engine.graph.MatMul;
import chladni.engine.graph.MaxPool2dGrad;
import chladni.engine.graph.Node;
import chladni.engine.graph.Resample2d;
import chladni.engine.graph.Resample2dGrad;
import chladni.engine.graph.Shape;
import chladni.engine.graph.Sum;
import chladni.engine.graph.UpsampleNearest2d;
import chladni.engine.graph.WindowSpread2d;
import chladni.engine.graph.WindowSum2d;
import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;

/** How far two computations of one formula may part, and whether they do. */
final class Deviation {
  /** One formula, two roundings at each step, functions good to a few units in the last place. */
  private static final double K = 4;

  private Deviation() {}

  /**
   * {@code K eps sqrt(n)}, to be multiplied by the largest element of the result: n is the number
   * of terms that are added up on the way to one element, over all operations that it depends on.
   * Errors of rounding are independent, so they grow by the root.
   */
  static double rounding(Node result, double eps) {
    Set<Node> seen = new HashSet<>();
    Deque<Node> open = new ArrayDeque<>();
    open.push(result);
    long n = 0;
    while (!open.isEmpty()) {
      Node node = open.pop();
      if (seen.add(node)) {
        n += terms(node);
        node.inputs().forEach(open::push);
      }
    }
    return K * eps * Math.sqrt(n);
  }

  private static long terms(Node node) {
    return switch (node.op()) {
      case Conv2d _ -> node.input(1).shape().elements() / node.shape().dim(1);
      case ConvTranspose2d(var window, int groups, int _, int _) -> {
        Shape w = node.input(1).shape();
        long taps =
            taps(w.dim(2), window.strideH(), window.dilationH())
                * taps(w.dim(3), window.strideW(), window.dilationW());
        yield w.dim(0) / groups * taps;
      }
      case ConvWeightGrad _ -> node.input(1).shape().elements() / node.input(1).shape().dim(1);
      case MatMul op -> op.inner(node.input(0).shape());
      case Sum _, ChannelSum _, BlockSum2d _ ->
          node.input(0).shape().elements() / node.shape().elements();
      case LogSoftmax(int axis) -> node.shape().dim(axis);
      case MaxPool2dGrad op -> (long) op.kernelH() * op.kernelW();
      case WindowSum2d op -> (long) op.kernelH() * op.kernelW();
      case WindowSpread2d(int kernelH, int kernelW, var window, int _, int _) ->
          taps(kernelH, window.strideH(), window.dilationH())
              * taps(kernelW, window.strideW(), window.dilationW());
      case Resample2d _ -> 4;
      case Resample2dGrad _ ->
          Math.ceilDiv(4 * node.input(0).shape().elements(), node.shape().elements());
      case BatchNorm _ -> 4;
      case UpsampleNearest2d _ -> 0;
      default -> 1;
    };
  }

  /** How many elements of a kernel reach one element of the large side, along one axis. */
  private static long taps(int kernel, int stride, int dilation) {
    int apart = stride / BigInteger.valueOf(stride).gcd(BigInteger.valueOf(dilation)).intValue();
    return Math.ceilDiv(kernel, apart);
  }

  static double largest(double[] values) {
    double largest = 0;
    for (double value : values) {
      largest = Math.max(largest, Math.abs(value));
    }
    return largest;
  }

  /** Fails with the worst element when one is off by more than the bound, or is not a number. */
  static void assertWithin(String what, double[] actual, double[] expected, double bound) {
    if (actual.length != expected.length) {
      throw new AssertionError(
          "%s: %d elements, expected %d".formatted(what, actual.length, expected.length));
    }
    int worst = -1;
    double off = 0;
    for (int i = 0; i < actual.length; i++) {
      double difference = Math.abs(actual[i] - expected[i]);
      if (!(difference <= off)) {
        worst = i;
        off = difference;
        if (Double.isNaN(off)) {
          break;
        }
      }
    }
    if (!(off <= bound)) {
      throw new AssertionError(
          "%s: element %d of %d is %s, expected %s: off by %.3g, allowed %.3g"
              .formatted(
                  what, worst, actual.length, actual[worst], expected[worst], off, bound));
    }
  }
}

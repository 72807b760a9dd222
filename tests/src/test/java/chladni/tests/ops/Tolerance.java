package chladni.tests.ops;

import static org.assertj.core.api.Assertions.assertThat;

import chladni.engine.backend.Precision;
import chladni.engine.graph.BlockSum2d;
import chladni.engine.graph.ChannelSum;
import chladni.engine.graph.Constant;
import chladni.engine.graph.Conv2d;
import chladni.engine.graph.ConvTranspose2d;
import chladni.engine.graph.ConvWeightGrad;
import chladni.engine.graph.DType;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Input;
import chladni.engine.graph.LogSoftmax;
import chladni.engine.graph.MatMul;
import chladni.engine.graph.MaxPool2dGrad;
import chladni.engine.graph.Node;
import chladni.engine.graph.Product;
import chladni.engine.graph.Resample2d;
import chladni.engine.graph.Resample2dGrad;
import chladni.engine.graph.Shape;
import chladni.engine.graph.Sum;
import chladni.engine.graph.WindowOp;
import chladni.engine.graph.WindowSpread2d;
import chladni.engine.graph.WindowSum2d;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * How far a result may be from the exact one; in FP32 {@code 8 · 2^-24 · sqrt(n) · scale}.
 *
 * <p>n counts the roundings: each node of the graph contributes the length of its longest sum, and
 * independent roundings add up like a random walk. scale is the largest number that is rounded on
 * the way: results of nodes, and in sums also their terms. The coefficient is 4 standard deviations
 * times the 2 units in the last place that exp, log and tanh of a math library may be off.
 *
 * <p>BF16 adds {@code 4 · 2^-8 · sqrt(m) · scale}: m counts the operands that products round, two
 * for each term of their sums, correctly and so without the factor for libraries. TF32 has 11 bits
 * of significand, which a card may cut off instead of rounding: {@code 4 · 2^-10}.
 */
record Tolerance(double allowed) {
  private static final double COEFFICIENT = 8;
  private static final double UNIT_ROUNDOFF = 0x1p-24;
  private static final double OPERAND_COEFFICIENT = 4;

  /** For the nodes that {@code build} yields, at a point. */
  static Tolerance of(
      Precision precision,
      Function<Graph, List<Node>> build,
      Function<Graph, Map<String, double[]>> point) {
    try (Probe all = new Probe(Backends.EXACT, graph -> live(build.apply(graph)))) {
      List<double[]> values = all.at(point.apply(all.nodes().getFirst().graph()));
      double[] largest = new double[all.nodes().getLast().graph().nodes().size()];
      long roundings = 0;
      long operands = 0;
      double scale = 0;
      for (int i = 0; i < values.size(); i++) {
        Node node = all.nodes().get(i);
        for (double v : values.get(i)) {
          if (Double.isFinite(v)) {
            largest[node.id()] = Math.max(largest[node.id()], Math.abs(v));
          }
        }
        boolean given = node.op() instanceof Input || node.op() instanceof Constant;
        long terms = given ? 0 : terms(node);
        roundings += terms;
        operands += node.op() instanceof Product ? 2 * terms : 0;
        scale = Math.max(scale, given ? 0 : largest[node.id()]);
        if (terms > 1) {
          double term = 1;
          // The first operand of a window's gradient only decides where the other goes.
          for (Node input : node.op() instanceof WindowOp ? lastOperand(node) : node.inputs()) {
            term *= largest[input.id()];
          }
          scale = Math.max(scale, term);
        }
      }
      double single = COEFFICIENT * UNIT_ROUNDOFF * Math.sqrt(roundings);
      double rounded = OPERAND_COEFFICIENT * roundoff(precision) * Math.sqrt(operands);
      return new Tolerance((single + rounded) * scale);
    }
  }

  /** Of an operand of a product. */
  private static double roundoff(Precision precision) {
    return switch (precision) {
      case FP64, FP32 -> 0;
      case TF32 -> 0x1p-10;
      case BF16 -> 0x1p-8;
    };
  }

  private static List<Node> lastOperand(Node node) {
    return List.of(node.inputs().getLast());
  }

  /** All nodes that these need, in creation order. */
  private static List<Node> live(List<Node> outputs) {
    Set<Node> live = new HashSet<>(outputs);
    List<Node> ordered = new ArrayList<>();
    for (Node node : outputs.getFirst().graph().nodes().reversed()) {
      if (live.contains(node)) {
        live.addAll(node.inputs());
        ordered.addFirst(node);
      }
    }
    return ordered;
  }

  /** The number of terms of the longest sum that makes one element. */
  private static long terms(Node node) {
    if (node.dtype() == DType.INT32) {
      return 0;
    }
    return switch (node.op()) {
      case Sum _, ChannelSum _, BlockSum2d _ ->
          node.input(0).shape().elements() / node.shape().elements();
      case MatMul op -> op.inner(node.input(0).shape());
      case Conv2d _ -> node.input(1).shape().elements() / node.shape().dim(1);
      case ConvTranspose2d op -> {
        Shape w = node.input(1).shape();
        yield (long) w.dim(0) / op.groups() * w.dim(2) * w.dim(3);
      }
      case ConvWeightGrad _ -> {
        Shape small = node.input(1).shape();
        yield (long) small.dim(0) * small.dim(2) * small.dim(3);
      }
      case LogSoftmax(int axis) -> node.shape().dim(axis);
      case MaxPool2dGrad op -> (long) op.kernelH() * op.kernelW();
      case WindowSum2d op -> (long) op.kernelH() * op.kernelW();
      case WindowSpread2d op -> (long) op.kernelH() * op.kernelW();
      case Resample2d _ -> 4;
      case Resample2dGrad _ -> {
        Shape from = node.input(0).shape();
        yield neighbours(from.dim(2), node.shape().dim(2))
            * neighbours(from.dim(3), node.shape().dim(3));
      }
      default -> 1;
    };
  }

  /** Of so many elements those that come from less than one element on either side. */
  private static long neighbours(int out, int in) {
    return 2L * Math.ceilDiv(out, in) + 1;
  }

  void check(String what, double[] actual, double[] exact) {
    assertThat(actual).as(what).hasSameSizeAs(exact);
    int worst = 0;
    double error = -1;
    for (int i = 0; i < exact.length; i++) {
      double e = distance(actual[i], exact[i]);
      if (e > error) {
        error = e;
        worst = i;
      }
    }
    assertThat(error)
        .as(
            "%s, element %d: got %s, the specification says %s",
            what, worst, actual[worst], exact[worst])
        .isLessThanOrEqualTo(allowed);
  }

  /** Zero for equal infinities and for two NaN, infinite for one of them. */
  private static double distance(double actual, double exact) {
    if (Double.isNaN(exact) || Double.isInfinite(exact)) {
      return Double.compare(actual, exact) == 0 ? 0 : Double.POSITIVE_INFINITY;
    }
    return Double.isNaN(actual) ? Double.POSITIVE_INFINITY : Math.abs(actual - exact);
  }
}

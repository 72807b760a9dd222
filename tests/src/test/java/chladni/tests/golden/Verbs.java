package chladni.tests.golden;

import chladni.engine.autodiff.Autodiff;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Node;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Padding;
import chladni.engine.graph.Shape;
import chladni.engine.graph.TopK;
import chladni.engine.graph.Window;
import chladni.engine.nn.Layers;
import chladni.engine.nn.Mode;
import chladni.engine.nn.Parameters;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The operation of a fixture's case in the verbs of the engine. Every one of the fixtures is there
 * or can be composed, so nothing is left out.
 */
final class Verbs {
  private final Graph graph;
  private final Attributes of;
  private final Map<String, Node> in;

  /**
   * @param of the case's attributes
   * @param in its inputs by name
   */
  Verbs(Graph graph, Attributes of, Map<String, Node> in) {
    this.graph = graph;
    this.of = of;
    this.in = in;
  }

  /** Appends the operation; results other than the last become outputs under their stored names. */
  Node build() {
    Node x = in.get("x");
    Node y = in.get("y");
    return switch (of.text("op")) {
      case "conv2d" -> biased(Ops.conv2d(x, in.get("weight"), window(), groups()));
      case "conv_transpose2d" -> biased(convTranspose2d(x, in.get("weight")));
      case "batch_norm" -> batchNorm(x);
      case "leaky_relu" -> Ops.leakyRelu(x, of.number("slope"));
      case "relu" -> Ops.relu(x);
      case "tanh" -> Ops.tanh(x);
      case "sigmoid" -> Ops.sigmoid(x);
      case "softplus" -> Ops.softplus(x);
      case "neg" -> Ops.neg(x);
      case "abs" -> Ops.abs(x);
      case "exp" -> Ops.exp(x);
      case "log" -> Ops.log(x);
      case "sqrt" -> Ops.sqrt(x);
      case "square" -> Ops.square(x);
      case "reciprocal" -> Ops.reciprocal(x);
      case "expm1" -> Ops.expm1(x);
      case "gelu" -> Ops.gelu(x);
      case "gelu_tanh" -> Ops.geluTanh(x);
      case "silu" -> Ops.silu(x);
      case "clamp" -> Ops.clamp(x, of.number("low"), of.number("high"));
      case "erf" -> Ops.erf(x);
      case "pow" -> Ops.pow(x, y);
      case "pow_scalar" -> Ops.pow(x, of.number("exponent"));
      case "add" -> Ops.add(x, y);
      case "sub" -> Ops.sub(x, y);
      case "mul" -> Ops.mul(x, y);
      case "div" -> Ops.div(x, y);
      case "maximum" -> Ops.maximum(x, y);
      case "minimum" -> Ops.minimum(x, y);
      case "dropout" -> dropout(x);
      case "max_pool2d" -> {
        int[] kernel = of.integers("kernel");
        yield Ops.maxPool2d(x, kernel[0], kernel[1], window());
      }
      case "avg_pool2d" -> {
        int[] kernel = of.integers("kernel");
        yield Ops.avgPool2d(x, kernel[0], kernel[1], window(), of.flag("include_padding"));
      }
      case "upsample_nearest" -> Ops.upsampleNearest2d(x, of.integer("scale"));
      case "resample_nearest" -> {
        int[] size = of.integers("size");
        yield Ops.resampleNearest2d(x, size[0], size[1]);
      }
      case "resample_bilinear", "resample_bilinear_aligned" -> {
        int[] size = of.integers("size");
        boolean aligned = of.text("op").endsWith("aligned");
        yield Ops.resampleBilinear2d(x, size[0], size[1], aligned);
      }
      case "linear" -> {
        Node product = Ops.matmul(x, in.get("weight"), false, true);
        yield in.containsKey("bias") ? Ops.add(product, in.get("bias")) : product;
      }
      case "matmul" -> Ops.matmul(x, y);
      case "cat" ->
          Ops.concat(
              of.integer("axis"),
              in.entrySet().stream()
                  .filter(e -> e.getKey().length() == 1)
                  .sorted(Map.Entry.comparingByKey())
                  .map(Map.Entry::getValue)
                  .toArray(Node[]::new));
      case "slice" -> Ops.slice(x, of.integer("axis"), of.integer("start"), of.integer("end"));
      case "permute" -> Ops.transpose(x, of.integers("order"));
      case "reshape" -> Ops.reshape(x, Shape.of(of.integers("shape")));
      case "pad" -> pad(x);
      case "pad2d" -> {
        int[] m = of.integers("margin");
        Padding kind = Padding.valueOf(of.text("kind").toUpperCase(Locale.ROOT));
        yield Ops.pad2d(x, kind, m[0], m[1], m[2], m[3]);
      }
      case "flip" -> Ops.flip(x, of.integer("axis"));
      case "gather" -> Ops.gather(x, in.get("indices"), of.integer("axis"));
      case "gather_along" -> Ops.gatherAlong(x, in.get("indices"), of.integer("axis"));
      case "scatter_add" ->
          Ops.scatterAdd(x, in.get("indices"), of.integer("axis"), of.integer("extent"));
      case "scatter_add_along" ->
          Ops.scatterAddAlong(x, in.get("indices"), of.integer("axis"), of.integer("extent"));
      case "top_k" -> {
        TopK.Result top = Ops.topK(x, of.integer("axis"), of.integer("k"));
        graph.output("indices_found", Ops.toFloat(top.indices()));
        yield top.values();
      }
      case "arg_max" -> picked(x, Ops::argMax);
      case "arg_min" -> picked(x, Ops::argMin);
      case "sum" -> Ops.sum(x, of.flag("keep"), of.integers("axes"));
      case "mean" -> Ops.mean(x, of.flag("keep"), of.integers("axes"));
      case "max" -> Ops.max(x, of.flag("keep"), of.integers("axes"));
      case "min" -> Ops.min(x, of.flag("keep"), of.integers("axes"));
      case "log_softmax" -> Ops.logSoftmax(x, of.integer("axis"));
      case "softmax" -> Ops.softmax(x, of.integer("axis"));
      case "gradient_penalty" -> gradientPenalty(x);
      case "max_pool_slope" -> maxPoolSlope(x);
      default -> new Compositions(graph, of, in).build();
    };
  }

  private Node biased(Node y) {
    return in.containsKey("bias") ? Ops.addBias(y, in.get("bias")) : y;
  }

  private Window window() {
    int[] stride = of.integers("stride");
    int[] p = of.integers("padding");
    Window window =
        p.length == 2
            ? new Window(stride[0], stride[1], p[0], p[1], p[0], p[1])
            : new Window(stride[0], stride[1], p[0], p[1], p[2], p[3]);
    if (!of.has("dilation")) {
      return window;
    }
    int[] dilation = of.integers("dilation");
    return window.withDilation(dilation[0], dilation[1]);
  }

  private int groups() {
    return of.has("groups") ? of.integer("groups") : 1;
  }

  private Node convTranspose2d(Node x, Node weight) {
    int[] extra = of.integers("output_padding");
    int[] kernel = of.integers("kernel");
    Window window = window();
    if (extra[0] == 0 && extra[1] == 0 && groups() == 1) {
      return Ops.convTranspose2d(x, weight, window);
    }
    int outH = window.inH(x.shape().dim(2), kernel[0]) + extra[0];
    int outW = window.inW(x.shape().dim(3), kernel[1]) + extra[1];
    return Ops.convTranspose2d(x, weight, window, groups(), outH, outW);
  }

  /** The layer, whose variables the case's inputs already are. */
  private Node batchNorm(Node x) {
    boolean training = of.flag("training");
    Mode mode = training ? new Mode(true, true, of.integer("groups"), null) : Mode.EVAL;
    var defaults = Layers.BatchNormSpec.DEFAULT;
    var spec =
        new Layers.BatchNormSpec(
            of.number("eps"), of.number("momentum"), defaults.gamma(), defaults.beta());
    Parameters p = new Parameters(graph, "");
    Node out = Layers.batchNorm(p, OpParityTest.LAYER, x, mode, spec);
    if (training) {
      for (String running : List.of("running_mean", "running_var")) {
        Node after =
            p.state(OpParityTest.LAYER + "." + running, in.get(running).shape(), defaults.beta());
        graph.output(running + "_after", after);
      }
    }
    return out;
  }

  private Node dropout(Node x) {
    double p = of.number("p");
    long seed = Long.parseLong(of.text("seed"));
    int stream = of.integer("stream");
    Node counter = in.get(OpParityTest.COUNTER);
    Node ones = graph.constant(1, x.shape());
    graph.output("mask", Ops.scale(Ops.dropout(ones, counter, p, seed, stream), 1 - p));
    return Ops.dropout(x, counter, p, seed, stream);
  }

  private Node pad(Node x) {
    int[] before = of.integers("before");
    int[] after = of.integers("after");
    Node y = x;
    for (int axis = 0; axis < before.length; axis++) {
      y = Ops.pad(y, axis, before[axis], after[axis]);
    }
    return y;
  }

  /** A verb for an index along an axis. */
  @FunctionalInterface
  private interface Pick {
    Node at(Node x, int axis, boolean keepDims);
  }

  private Node picked(Node x, Pick pick) {
    int axis = of.integer("axis");
    graph.output("indices_found", Ops.toFloat(pick.at(x, axis, of.flag("keep"))));
    return Ops.gatherAlong(x, pick.at(x, axis, true), axis);
  }

  /** Mean over the batch of (|d sum(score) / dx| - 1)^2. */
  private Node gradientPenalty(Node x) {
    Node hidden = Ops.tanh(biased(Ops.conv2d(x, in.get("weight"), window())));
    Node score = Ops.matmul(Ops.flatten(hidden), in.get("head"), false, true);
    Node slope = Autodiff.gradients(Ops.sum(score), List.of(x)).get(0);
    graph.output("score", score);
    graph.output("slope", slope);
    Node norm = Ops.sqrt(Ops.sum(Ops.square(slope), false, 1, 2, 3));
    return Ops.mean(Ops.square(Ops.shift(norm, -1)));
  }

  /** Mean of (d sum(tanh(maxPool(x))) / dx)^2. */
  private Node maxPoolSlope(Node x) {
    int[] kernel = of.integers("kernel");
    Node y = Ops.tanh(Ops.maxPool2d(x, kernel[0], kernel[1], window()));
    Node slope = Autodiff.gradients(Ops.sum(y), List.of(x)).get(0);
    graph.output("slope", slope);
    return Ops.mean(Ops.square(slope));
  }
}

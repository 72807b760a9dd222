package chladni.engine.nn;

import chladni.engine.graph.Graph;
import chladni.engine.graph.Initializer;
import chladni.engine.graph.Node;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Shape;
import chladni.engine.graph.ShapeException;
import chladni.engine.graph.Window;
import java.util.Arrays;

/**
 * Layers with weights. Names follow PyTorch: {@code NAME.weight}, {@code NAME.bias}, {@code
 * NAME.running_mean}, {@code NAME.running_var}; weights have PyTorch's axes.
 */
public final class Layers {
  private Layers() {}

  /** The first values of a layer's weight and bias; a null bias means that there is none. */
  public record Init(Initializer weight, Initializer bias) {}

  /** x (N, C, H, W) to (N, out, oH, oW); weight (out, C, kernelH, kernelW). */
  public static Node conv2d(
      Parameters p, String name, Node x, int out, int kernelH, int kernelW, Window window, Init init) {
    return conv2d(p, name, x, out, kernelH, kernelW, window, 1, init);
  }

  /** As above in groups of channels; weight (out, C / groups, kernelH, kernelW). */
  public static Node conv2d(
      Parameters p,
      String name,
      Node x,
      int out,
      int kernelH,
      int kernelW,
      Window window,
      int groups,
      Init init) {
    try (Graph.Scope _ = p.graph().scope(name)) {
      int channels = x.shape().dim(1);
      if (groups < 1 || channels % groups != 0) {
        throw new ShapeException(
            "conv2d '%s': groups must be at least 1 and divide the input channels, got %d groups and %s."
                .formatted(name, groups, x.shape()));
      }
      Shape shape = Shape.of(out, channels / groups, kernelH, kernelW);
      Node y = Ops.conv2d(x, p.weight(name + ".weight", shape, init.weight()), window, groups);
      return bias(p, name, y, out, init);
    }
  }

  /** x (N, C, h, w) to (N, out, H, W), the smallest output; weight (C, out, kernelH, kernelW). */
  public static Node convTranspose2d(
      Parameters p, String name, Node x, int out, int kernelH, int kernelW, Window window, Init init) {
    try (Graph.Scope _ = p.graph().scope(name)) {
      Shape shape = Shape.of(x.shape().dim(1), out, kernelH, kernelW);
      Node y = Ops.convTranspose2d(x, p.weight(name + ".weight", shape, init.weight()), window);
      return bias(p, name, y, out, init);
    }
  }

  /** x (..., in) to (..., out) with PyTorch's first values, U(-1/sqrt(in), 1/sqrt(in)). */
  public static Node linear(Parameters p, String name, Node x, int out) {
    Initializer first = Initializers.fanIn(x.shape().dim(-1));
    return linear(p, name, x, out, new Init(first, first));
  }

  /** x (..., in) to (..., out); weight (out, in). */
  public static Node linear(Parameters p, String name, Node x, int out, Init init) {
    try (Graph.Scope _ = p.graph().scope(name)) {
      Shape shape = Shape.of(out, x.shape().dim(-1));
      Node w = p.weight(name + ".weight", shape, init.weight());
      Node y = bias(p, name, Ops.matmul(Ops.rows(x), w, false, true), out, init);
      return Ops.reshape(y, x.shape().with(-1, out));
    }
  }

  private static Node bias(Parameters p, String name, Node y, int out, Init init) {
    return init.bias() == null
        ? y
        : Ops.addBias(y, p.weight(name + ".bias", Shape.of(out), init.bias()));
  }

  /** PyTorch's defaults: eps 1e-5, momentum 0.1. */
  public record BatchNormSpec(double eps, double momentum, Initializer gamma, Initializer beta) {
    /** gamma one, beta zero. */
    public static final BatchNormSpec DEFAULT =
        new BatchNormSpec(1e-5, 0.1, Initializers.ones(), Initializers.zeros());

    /** pix2pix: gamma N(1, 0.02), beta zero. */
    public static final BatchNormSpec PIX2PIX =
        new BatchNormSpec(1e-5, 0.1, Initializers.normal(1, 0.02), Initializers.zeros());
  }

  /**
   * x (N, C, ...). With batch statistics each group of the mode has its own, and the running ones
   * move once per group in order, by the unbiased variance, as if the groups had come one by one.
   */
  public static Node batchNorm(Parameters p, String name, Node x, Mode mode, BatchNormSpec spec) {
    try (Graph.Scope _ = p.graph().scope(name)) {
      int channels = x.shape().dim(1);
      Shape c = Shape.of(channels);
      Node gamma = p.weight(name + ".weight", c, spec.gamma());
      Node beta = p.weight(name + ".bias", c, spec.beta());
      Node runningMean = p.state(name + ".running_mean", c, Initializers.zeros());
      Node runningVar = p.state(name + ".running_var", c, Initializers.ones());
      if (!mode.batchStatistics()) {
        return Ops.normalize(x, runningMean, runningVar, gamma, beta, spec.eps());
      }
      int groups = mode.groups();
      Node mean = Ops.channelMean(x, groups);
      Node var = Ops.channelVariance(x, mean);
      if (mode.updateRunning()) {
        double count = (double) x.shape().elements() / channels / groups;
        if (count < 2) {
          throw new ShapeException(
              "batchNorm '%s': training needs more than one value per channel, got %s. Enlarge the batch."
                  .formatted(name, x.shape()));
        }
        for (int g = 0; g < groups; g++) {
          Node groupMean = Ops.reshape(Ops.slice(mean, 0, g, g + 1), c);
          Node groupVar = Ops.reshape(Ops.slice(var, 0, g, g + 1), c);
          runningMean = move(runningMean, groupMean, spec.momentum(), 1);
          runningVar = move(runningVar, groupVar, spec.momentum(), count / (count - 1));
        }
        p.assign(name + ".running_mean", runningMean);
        p.assign(name + ".running_var", runningVar);
      }
      return Ops.batchNorm(x, mean, var, gamma, beta, spec.eps());
    }
  }

  private static Node move(Node running, Node now, double momentum, double factor) {
    return Ops.add(Ops.scale(running, 1 - momentum), Ops.scale(now, momentum * factor));
  }

  /**
   * Of the norms without batch statistics; PyTorch's eps is 1e-5.
   *
   * @param gamma first values of the weight, null for neither weight nor bias
   */
  public record NormSpec(double eps, Initializer gamma, Initializer beta) {
    /** Without weights: PyTorch's default for instance norm. */
    public static final NormSpec PLAIN = new NormSpec(1e-5, null, null);

    /** gamma one, beta zero: PyTorch's default for layer and group norm. */
    public static final NormSpec AFFINE =
        new NormSpec(1e-5, Initializers.ones(), Initializers.zeros());

    private boolean affine() {
      return gamma != null;
    }
  }

  /** x (N, C, ...); weight and bias (C), if any. Running statistics are not kept. */
  public static Node instanceNorm(Parameters p, String name, Node x, NormSpec spec) {
    try (Graph.Scope _ = p.graph().scope(name)) {
      if (!spec.affine()) {
        return Norms.instanceNorm(x, spec.eps());
      }
      Shape c = Shape.of(x.shape().dim(1));
      Node gamma = p.weight(name + ".weight", c, spec.gamma());
      return Norms.instanceNorm(x, gamma, p.weight(name + ".bias", c, spec.beta()), spec.eps());
    }
  }

  /** x (N, C, ...) in so many groups of channels; weight and bias (C), if any. */
  public static Node groupNorm(Parameters p, String name, Node x, int groups, NormSpec spec) {
    try (Graph.Scope _ = p.graph().scope(name)) {
      Node y = Norms.groupNorm(x, groups, spec.eps());
      if (!spec.affine()) {
        return y;
      }
      Shape c = Shape.of(x.shape().dim(1));
      Shape row = Shape.of(1, x.shape().dim(1));
      Node gamma = Ops.reshape(p.weight(name + ".weight", c, spec.gamma()), row);
      Node scaled = Ops.mul(y, Ops.channelBroadcast(gamma, y.shape()));
      return Ops.addBias(scaled, p.weight(name + ".bias", c, spec.beta()));
    }
  }

  /** x over its last {@code axes} axes; weight and bias of their shape, if any. */
  public static Node layerNorm(Parameters p, String name, Node x, int axes, NormSpec spec) {
    try (Graph.Scope _ = p.graph().scope(name)) {
      Node y = Norms.layerNorm(x, axes, spec.eps());
      if (!spec.affine()) {
        return y;
      }
      int[] dims = x.shape().dims();
      Shape s = Shape.of(Arrays.copyOfRange(dims, dims.length - axes, dims.length));
      Node scaled = Ops.mul(y, p.weight(name + ".weight", s, spec.gamma()));
      return Ops.add(scaled, p.weight(name + ".bias", s, spec.beta()));
    }
  }
}

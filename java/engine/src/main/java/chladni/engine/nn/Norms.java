package chladni.engine.nn;

import chladni.engine.graph.Graph;
import chladni.engine.graph.Node;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Shape;
import chladni.engine.graph.ShapeException;

/**
 * Normalisation by the statistics of one sample: x minus its mean, divided by the root of its
 * biased variance plus eps. Nothing depends on the rest of the batch, so training and use do the
 * same. {@link Layers} adds weights.
 */
public final class Norms {
  private Norms() {}

  /** x (N, C, ...) by the statistics of each channel of each sample: Ulyanov et al. 2016. */
  public static Node instanceNorm(Node x, double eps) {
    Graph graph = x.graph();
    Shape c = Shape.of(channels("instanceNorm", x));
    return instanceNorm(x, graph.constant(1, c), graph.constant(0, c), eps);
  }

  /** The same, times gamma (C), plus beta (C). */
  public static Node instanceNorm(Node x, Node gamma, Node beta, double eps) {
    channels("instanceNorm", x);
    return normalize("instanceNorm", x, gamma, beta, eps);
  }

  /**
   * x (N, C, ...) by the statistics of so many equal groups of neighbouring channels of each
   * sample: Wu and He 2018.
   */
  public static Node groupNorm(Node x, int groups, double eps) {
    int channels = channels("groupNorm", x);
    if (groups < 1 || channels % groups != 0) {
      throw new ShapeException(
          "groupNorm: groups must divide the channels, got %d groups for %s. Take a divisor of %d."
              .formatted(groups, x, channels));
    }
    return standardize("groupNorm", x, x.shape().dim(0), groups, eps);
  }

  /** x by the statistics over its last {@code axes} axes: Ba et al. 2016. */
  public static Node layerNorm(Node x, int axes, double eps) {
    Shape s = x.shape();
    if (axes < 1 || axes > s.rank()) {
      throw new ShapeException(
          "layerNorm: it normalises over 1 to %d axes of %s, got %d. Count them from the last."
              .formatted(s.rank(), x, axes));
    }
    int rows = 1;
    for (int i = 0; i < s.rank() - axes; i++) {
      rows *= s.dim(i);
    }
    return standardize("layerNorm", x, rows, 1, eps);
  }

  /** Every one of the {@code samples * channels} consecutive parts of x apart. */
  private static Node standardize(String verb, Node x, int samples, int channels, double eps) {
    long length = x.shape().elements() / samples / channels;
    Node parts = Ops.reshape(x, Shape.of(samples, channels, Math.toIntExact(length)));
    Shape c = Shape.of(channels);
    Graph graph = x.graph();
    Node y = normalize(verb, parts, graph.constant(1, c), graph.constant(0, c), eps);
    return Ops.reshape(y, x.shape());
  }

  /** Batch normalisation in which every sample is a group of its own. */
  private static Node normalize(String verb, Node x, Node gamma, Node beta, double eps) {
    Shape s = x.shape();
    int samples = s.dim(0);
    if (s.elements() / samples / s.dim(1) < 2) {
      throw new ShapeException(
          "%s: a mean needs more than one value, got one of each in %s. Leave the norm out here."
              .formatted(verb, x));
    }
    Node mean = Ops.channelMean(x, samples);
    return Ops.batchNorm(x, mean, Ops.channelVariance(x, mean), gamma, beta, eps);
  }

  private static int channels(String verb, Node x) {
    if (x.shape().rank() < 2) {
      throw new ShapeException(
          "%s: x must be (N, C, ...), got %s. Reshape it.".formatted(verb, x));
    }
    return x.shape().dim(1);
  }
}

package chladni.engine.loss;

import chladni.engine.graph.GraphException;
import chladni.engine.graph.Node;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Shape;
import chladni.engine.graph.ShapeException;
import java.util.stream.IntStream;

/**
 * What a loss averages: one term for each element or row. {@link Losses} takes the mean of them;
 * {@code Ops.sum} is PyTorch's reduction 'sum', the terms themselves are its 'none', and a weight
 * for each is a product.
 */
public final class Terms {
  /** PyTorch's, for the length of a vector. */
  static final double COSINE_EPS = 1e-8;

  private Terms() {}

  /** |a - b|. */
  public static Node l1(Node a, Node b) {
    return Ops.abs(difference("l1", a, b));
  }

  /** (a - b)^2. */
  public static Node mse(Node a, Node b) {
    return Ops.square(difference("mse", a, b));
  }

  /**
   * d^2 / 2 for distances d = a - b up to delta, delta (|d| - delta / 2) beyond: Huber 1964.
   * Divided by delta it is PyTorch's smooth_l1.
   */
  public static Node huber(Node a, Node b, double delta) {
    if (!(delta > 0)) {
      throw new GraphException(
          "huber: delta must be positive, got %s. Use l1 for 0.".formatted(delta));
    }
    Node d = difference("huber", a, b);
    Node near = Ops.clamp(d, -delta, delta);
    // near (d - near / 2) is both formulas in one, with the right derivatives on either side.
    return Ops.mul(near, Ops.sub(d, Ops.scale(near, 0.5)));
  }

  private static Node difference(String verb, Node a, Node b) {
    sameShape(verb, a, b);
    return Ops.sub(a, b);
  }

  /** Binary cross-entropy of logits against targets in [0, 1] of their shape. */
  public static Node bceWithLogits(Node logits, Node targets) {
    sameShape("bceWithLogits", logits, targets);
    return Ops.sub(Ops.softplus(logits), Ops.mul(logits, targets));
  }

  /**
   * The same with the part of the positives weighted: -(w t log p + (1 - t) log(1 - p)), p being
   * sigmoid(logits).
   *
   * @param positiveWeight of a shape that broadcasts, such as (K) for logits (N, K)
   */
  public static Node bceWithLogits(Node logits, Node targets, Node positiveWeight) {
    sameShape("bceWithLogits", logits, targets);
    Node positive = Ops.mul(Ops.mul(positiveWeight, targets), Ops.softplus(Ops.neg(logits)));
    Node negative = Ops.mul(Ops.shift(Ops.neg(targets), 1), Ops.softplus(logits));
    return Ops.add(positive, negative);
  }

  /** max(0, margin - target score) for targets 1 and -1, one for each score or a scalar for all. */
  public static Node hinge(Node scores, Node targets, double margin) {
    if (!targets.shape().equals(Shape.SCALAR)) {
      sameShape("hinge", scores, targets);
    }
    return Ops.relu(Ops.shift(Ops.neg(Ops.mul(targets, scores)), margin));
  }

  /**
   * Cross-entropy against classes.
   *
   * @param logits (N, K, ...)
   * @param labels INT32 (N, ...); one outside 0 to K - 1 stands for no class and gives a term 0
   * @param smoothing the share of the target that is spread over all K classes: Szegedy et al. 2016
   * @return (N, ...)
   */
  public static Node crossEntropy(Node logits, Node labels, double smoothing) {
    int classes = classes("crossEntropy", logits);
    Shape places = withoutClasses(logits.shape());
    if (!labels.shape().equals(places)) {
      throw new ShapeException(
          "crossEntropy: labels must be %s for logits %s, got %s. Leave out the axis of classes."
              .formatted(places, logits, labels));
    }
    Node targets = classesSecond(Ops.oneHot(labels, classes));
    if (smoothing != 0) {
      Node spread = Ops.scale(Ops.sum(targets, true, 1), smoothing / classes);
      targets = Ops.add(Ops.scale(targets, 1 - smoothing), spread);
    }
    return softCrossEntropy(logits, targets);
  }

  /**
   * 1 where a label is a class, 0 where it stands for none: the mask that, with {@link
   * Losses#meanWhere}, averages over the labelled rows alone, as PyTorch's ignore_index does.
   *
   * @param labels INT32 (...)
   */
  public static Node labelled(Node labels, int classes) {
    return Ops.sum(Ops.oneHot(labels, classes), false, -1);
  }

  /**
   * Cross-entropy against probabilities: -sum over the classes of target log softmax(logits).
   *
   * @param logits (N, K, ...)
   * @param targets (N, K, ...)
   * @return (N, ...)
   */
  public static Node softCrossEntropy(Node logits, Node targets) {
    classes("softCrossEntropy", logits);
    sameShape("softCrossEntropy", logits, targets);
    return Ops.neg(Ops.sum(Ops.mul(targets, Ops.logSoftmax(logits, 1)), false, 1));
  }

  /**
   * The Kullback-Leibler divergence of softmax(logits) from probabilities: sum over the classes of
   * target (log target - log softmax(logits)); a target 0 counts nothing.
   *
   * @param logits (N, K, ...)
   * @param targets (N, K, ...)
   * @return (N, ...)
   */
  public static Node klDivergence(Node logits, Node targets) {
    Node crossEntropy = softCrossEntropy(logits, targets);
    // log(1) stands where a target is 0, so that no infinity meets a 0, in the derivative either.
    Node positive = Ops.greater(targets, Ops.zerosLike(targets));
    Node safe = Ops.where(positive, targets, targets.graph().constant(1));
    return Ops.add(Ops.sum(Ops.mul(targets, Ops.log(safe)), false, 1), crossEntropy);
  }

  private static int classes(String verb, Node logits) {
    if (logits.shape().rank() < 2) {
      throw new ShapeException(
          "%s: logits must be (N, K, ...), got %s. Reshape them.".formatted(verb, logits));
    }
    return logits.shape().dim(1);
  }

  private static Shape withoutClasses(Shape s) {
    return Shape.of(IntStream.range(0, s.rank()).filter(i -> i != 1).map(s::dim).toArray());
  }

  /** (N, ..., K) to (N, K, ...). */
  private static Node classesSecond(Node x) {
    int rank = x.shape().rank();
    IntStream order = IntStream.range(0, rank).map(i -> i == 0 ? 0 : i == 1 ? rank - 1 : i - 1);
    return rank == 2 ? x : Ops.transpose(x, order.toArray());
  }

  /**
   * The cosine of the angle between vectors along an axis, which goes; a vector shorter than eps
   * counts as one of length eps.
   */
  public static Node cosineSimilarity(Node a, Node b, int axis, double eps) {
    sameShape("cosineSimilarity", a, b);
    Node dot = Ops.sum(Ops.mul(a, b), false, axis);
    return Ops.mul(dot, Ops.mul(inverseLength(a, axis, eps), inverseLength(b, axis, eps)));
  }

  /** The bound is set before the root, whose derivative at 0 is infinite. */
  private static Node inverseLength(Node x, int axis, double eps) {
    Node square = Ops.sum(Ops.square(x), false, axis);
    Node bounded = Ops.maximum(square, x.graph().constant(eps * eps));
    return Ops.reciprocal(Ops.sqrt(bounded));
  }

  /**
   * 1 - cos for pairs of rows whose target is positive, max(0, cos - margin) for the others:
   * PyTorch's CosineEmbeddingLoss.
   *
   * @param a (N, D)
   * @param b (N, D)
   * @param targets (N), 1 or -1
   */
  public static Node cosineEmbedding(Node a, Node b, Node targets, double margin) {
    Node cos = cosineSimilarity(a, b, 1, COSINE_EPS);
    sameShape("cosineEmbedding", cos, targets);
    Node alike = Ops.shift(Ops.neg(cos), 1);
    Node apart = Ops.relu(Ops.shift(cos, -margin));
    return Ops.where(Ops.greater(targets, Ops.zerosLike(targets)), alike, apart);
  }

  /** Broadcasting would make a loss over all pairs of a slip in the shapes. */
  static void sameShape(String verb, Node a, Node b) {
    if (!a.shape().equals(b.shape())) {
      throw new ShapeException(
          "%s: both must have one shape, got %s and %s. Broadcast one to the other."
              .formatted(verb, a, b));
    }
  }
}

package chladni.engine.loss;

import chladni.engine.graph.Graph;
import chladni.engine.graph.Node;
import chladni.engine.graph.Ops;

/**
 * The usual losses, each the mean of its {@link Terms} over all elements or rows: PyTorch's
 * reduction 'mean'. Wasserstein's losses are {@code Ops.mean} of the scores and its negative.
 */
public final class Losses {
  private Losses() {}

  /** mean |a - b|. */
  public static Node l1(Node a, Node b) {
    return Ops.mean(Terms.l1(a, b));
  }

  /** mean (a - b)^2. */
  public static Node mse(Node a, Node b) {
    return Ops.mean(Terms.mse(a, b));
  }

  /** Quadratic up to a distance of delta, linear beyond. */
  public static Node huber(Node a, Node b, double delta) {
    return Ops.mean(Terms.huber(a, b, delta));
  }

  /** Huber's divided by beta, so that its slope is 1 beyond beta: Girshick 2015. */
  public static Node smoothL1(Node a, Node b, double beta) {
    return Ops.scale(huber(a, b, beta), 1 / beta);
  }

  /** Binary cross-entropy of logits against one target in [0, 1] for all elements. */
  public static Node bceWithLogits(Node logits, double target) {
    Node positive = Ops.softplus(logits);
    return Ops.mean(
        target == 0 ? positive : Ops.sub(positive, Ops.scale(logits, target)));
  }

  /** Binary cross-entropy of logits against targets in [0, 1] of their shape. */
  public static Node bceWithLogits(Node logits, Node targets) {
    return Ops.mean(Terms.bceWithLogits(logits, targets));
  }

  /** The same with a weight on the positives; see {@link Terms}. */
  public static Node bceWithLogits(Node logits, Node targets, Node positiveWeight) {
    return Ops.mean(Terms.bceWithLogits(logits, targets, positiveWeight));
  }

  /** mean max(0, margin - target score) for targets 1 and -1. */
  public static Node hinge(Node scores, Node targets, double margin) {
    return Ops.mean(Terms.hinge(scores, targets, margin));
  }

  /** A discriminator's hinge loss on scores of real and made data: Lim and Ye 2017. */
  public static Node hingeDiscriminator(Node real, Node fake) {
    Graph graph = real.graph();
    Node belowOne = hinge(real, graph.constant(1), 1);
    return Ops.add(belowOne, hinge(fake, graph.constant(-1), 1));
  }

  /** The generator's part of it: minus the mean score of what it made. */
  public static Node hingeGenerator(Node fake) {
    return Ops.neg(Ops.mean(fake));
  }

  /**
   * Cross-entropy of logits (N, K, ...) against INT32 classes (N, ...), over all rows: a label that
   * is no class adds nothing to the sum but counts as a row. {@link Terms#labelled} tells how to
   * leave it out of both.
   */
  public static Node crossEntropy(Node logits, Node labels) {
    return crossEntropy(logits, labels, 0);
  }

  /** The same with label smoothing. */
  public static Node crossEntropy(Node logits, Node labels, double smoothing) {
    return Ops.mean(Terms.crossEntropy(logits, labels, smoothing));
  }

  /** Cross-entropy of logits (N, K, ...) against probabilities of their shape, over all rows. */
  public static Node softCrossEntropy(Node logits, Node targets) {
    return Ops.mean(Terms.softCrossEntropy(logits, targets));
  }

  /** Divergence of softmax(logits) from probabilities, over all rows: PyTorch's 'batchmean'. */
  public static Node klDivergence(Node logits, Node targets) {
    return Ops.mean(Terms.klDivergence(logits, targets));
  }

  /** mean (1 - cos) between the rows of a (N, D) and b (N, D). */
  public static Node cosine(Node a, Node b) {
    Node cos = Terms.cosineSimilarity(a, b, 1, Terms.COSINE_EPS);
    return Ops.shift(Ops.neg(Ops.mean(cos)), 1);
  }

  /** Pulls rows together where the target is 1, apart where it is -1; see {@link Terms}. */
  public static Node cosineEmbedding(Node a, Node b, Node targets, double margin) {
    return Ops.mean(Terms.cosineEmbedding(a, b, targets, margin));
  }

  /**
   * The mean of the terms where the mask is 1; 0 when it is 1 nowhere. A term where it is 0 does
   * not show, not even a NaN.
   *
   * @param mask 0 or 1, of the terms' shape
   */
  public static Node meanWhere(Node terms, Node mask) {
    Terms.sameShape("meanWhere", terms, mask);
    Node kept = Ops.where(mask, terms, Ops.zerosLike(terms));
    Node count = Ops.maximum(Ops.sum(mask), terms.graph().constant(1));
    return Ops.div(Ops.sum(kept), count);
  }
}

package chladni.engine.loss;

import chladni.engine.graph.Node;
import chladni.engine.graph.Ops;

/** The usual losses, each the mean over all elements or rows: PyTorch's reduction 'mean'. */
public final class Losses {
  private Losses() {}

  /** mean |a - b|. */
  public static Node l1(Node a, Node b) {
    return Ops.mean(Ops.abs(Ops.sub(a, b)));
  }

  /** mean (a - b)^2. */
  public static Node mse(Node a, Node b) {
    return Ops.mean(Ops.square(Ops.sub(a, b)));
  }

  /** Binary cross-entropy of logits against one target in [0, 1] for all elements. */
  public static Node bceWithLogits(Node logits, double target) {
    Node positive = Ops.softplus(logits);
    return Ops.mean(
        target == 0 ? positive : Ops.sub(positive, Ops.scale(logits, target)));
  }

  /** Cross-entropy of logits (N, K) against INT32 classes (N). */
  public static Node crossEntropy(Node logits, Node labels) {
    return softCrossEntropy(logits, Ops.oneHot(labels, logits.shape().dim(1)));
  }

  /** Cross-entropy of logits (N, K) against probabilities (N, K). */
  public static Node softCrossEntropy(Node logits, Node targets) {
    Node rows = Ops.sum(Ops.mul(targets, Ops.logSoftmax(logits)), false, 1);
    return Ops.neg(Ops.mean(rows));
  }
}

package chladni.tests.golden;

import chladni.engine.graph.Graph;
import chladni.engine.graph.Node;
import chladni.engine.graph.Ops;
import chladni.engine.loss.Losses;
import chladni.engine.loss.Terms;
import chladni.engine.nn.Initializers;
import chladni.engine.nn.Layers;
import chladni.engine.nn.Parameters;
import java.util.Map;

/** The losses and norms of a fixture's case. */
final class Compositions {
  private final Graph graph;
  private final Attributes of;
  private final Map<String, Node> in;

  Compositions(Graph graph, Attributes of, Map<String, Node> in) {
    this.graph = graph;
    this.of = of;
    this.in = in;
  }

  Node build() {
    Node x = in.get("x");
    Node y = in.get("y");
    Node target = in.get("target");
    return switch (of.text("op")) {
      case "l1" -> Losses.l1(x, y);
      case "mse" -> Losses.mse(x, y);
      case "huber" -> huber(x, y);
      case "smooth_l1" -> Losses.smoothL1(x, y, of.number("beta"));
      case "bce_with_logits" ->
          target != null
              ? Losses.bceWithLogits(x, target)
              : Losses.bceWithLogits(x, of.number("target"));
      case "weighted_bce" -> Losses.bceWithLogits(x, target, in.get("positive_weight"));
      case "hinge" -> Losses.hinge(x, signs(target), of.number("margin"));
      case "hinge_discriminator" -> Losses.hingeDiscriminator(x, y);
      case "hinge_generator" -> Losses.hingeGenerator(x);
      case "cross_entropy" -> Losses.crossEntropy(x, target);
      case "cross_entropy_of" -> crossEntropy(x, target);
      case "soft_cross_entropy" -> {
        Node p = Ops.softmax(in.get("p"), 1);
        yield Losses.softCrossEntropy(in.get("q"), of.flag("detached") ? Ops.stopGradient(p) : p);
      }
      case "kl_divergence" -> Losses.klDivergence(in.get("q"), Ops.softmax(in.get("p"), 1));
      case "cosine_similarity" ->
          Terms.cosineSimilarity(x, y, of.integer("axis"), of.number("eps"));
      case "cosine_embedding" ->
          Losses.cosineEmbedding(x, y, signs(target), of.number("margin"));
      case "instance_norm" -> Layers.instanceNorm(layer(), OpParityTest.LAYER, x, spec());
      case "group_norm" ->
          Layers.groupNorm(layer(), OpParityTest.LAYER, x, of.integer("groups"), spec());
      case "layer_norm" ->
          Layers.layerNorm(layer(), OpParityTest.LAYER, x, of.integer("axes"), spec());
      default -> throw new AssertionError("no verb for " + of.text("op"));
    };
  }

  private Node huber(Node x, Node y) {
    double delta = of.number("delta");
    return switch (of.text("reduction")) {
      case "mean" -> Losses.huber(x, y, delta);
      case "sum" -> Ops.sum(Terms.huber(x, y, delta));
      case "none" -> Terms.huber(x, y, delta);
      default -> throw new AssertionError(of.text("reduction"));
    };
  }

  private Node crossEntropy(Node logits, Node labels) {
    double smoothing = of.number("smoothing");
    return of.flag("ignoring")
        ? Losses.meanWhere(
            Terms.crossEntropy(logits, labels, smoothing),
            Terms.labelled(labels, logits.shape().dim(1)))
        : Losses.crossEntropy(logits, labels, smoothing);
  }

  /** From 0 and 1 to -1 and 1. */
  private static Node signs(Node target) {
    return Ops.shift(Ops.scale(target, 2), -1);
  }

  private Parameters layer() {
    return new Parameters(graph, "");
  }

  private Layers.NormSpec spec() {
    return of.flag("affine")
        ? new Layers.NormSpec(of.number("eps"), Initializers.ones(), Initializers.zeros())
        : new Layers.NormSpec(of.number("eps"), null, null);
  }
}

package chladni.sound2image.network;

import static chladni.engine.nn.Initializers.fanIn;
import static chladni.engine.nn.Initializers.identity;
import static chladni.engine.nn.Initializers.zeros;

import chladni.engine.backend.Store;
import chladni.engine.graph.Initializer;
import chladni.engine.graph.Node;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Shape;
import chladni.engine.graph.Variable;
import chladni.engine.loss.Losses;
import chladni.engine.nn.Parameters;

/**
 * The paper's multimodal layers (section 5.3): one hidden vector for a picture's features, a sound's
 * or both, and class logits from it.
 *
 * @param imageFeatures width of the picture's features (fc6)
 * @param soundFeatures width of the sound's features (pool5, flattened)
 * @param hidden width of the shared vector; 4096 in the paper
 * @param classes labels at the output
 */
public record Multimodal(int imageFeatures, int soundFeatures, int hidden, int classes) {
  /** The name of W_I. */
  public static final String IMAGE_WEIGHT = "image.weight";


  /**
   * The hidden vectors before the activation, (N, hidden) each: of the image, of the sound, of both.
   */
  public record Hidden(Node image, Node sound, Node both) {}

  /**
   * How the joint loss is put together; our reading where the paper is silent.
   *
   * @param l1 weight of the L1 distance between the hidden vectors of the three inputs
   * @param hiddenCrossEntropy weight of the soft cross-entropies of image and sound
   * @param labelCrossEntropy weight of the classification at the output
   * @param detachTargets whether a soft cross-entropy's target is taken as data
   */
  public record Weights(
      double l1, double hiddenCrossEntropy, double labelCrossEntropy, boolean detachTargets) {
    public static final Weights DEFAULT = new Weights(1, 1, 1, true);
  }

  /** The parts of the loss, scalars, and their weighted sum. */
  public record Loss(Node l1, Node hiddenCrossEntropy, Node labelCrossEntropy, Node total) {}

  /**
   * h_I = W_I x_I + b, h_S = W_S x_S + b, and half of both inputs together, which is exactly the mean
   * of the two.
   *
   * @param image (N, imageFeatures)
   * @param sound (N, soundFeatures)
   */
  public Hidden hidden(Parameters p, Node image, Node sound) {
    Node hiddenImage = image(p, image);
    Node hiddenSound = sound(p, sound);
    return new Hidden(
        hiddenImage, hiddenSound, Ops.scale(Ops.add(hiddenImage, hiddenSound), 0.5));
  }

  /**
   * h_I alone: (N, imageFeatures) to (N, hidden). Where the widths agree W_I starts as the identity:
   * the shared space starts as that of the picture's features and the sound learns to reach it (our
   * reading; the paper is silent).
   */
  public Node image(Parameters p, Node image) {
    Initializer first = imageFeatures == hidden ? identity() : fanIn(imageFeatures);
    return project(p, IMAGE_WEIGHT, image, imageFeatures, first);
  }

  /** h_S alone: (N, soundFeatures) to (N, hidden). Beside a W_I at the identity W_S starts at zero. */
  public Node sound(Parameters p, Node sound) {
    Initializer first = imageFeatures == hidden ? zeros() : fanIn(soundFeatures);
    return project(p, "sound.weight", sound, soundFeatures, first);
  }

  private Node project(
      Parameters p, String weight, Node x, int features, Initializer first) {
    Node w = p.weight(weight, Shape.of(hidden, features), first);
    Node b = p.weight("bias", Shape.of(hidden), fanIn(imageFeatures + soundFeatures));
    return Ops.addBias(Ops.matmul(x, w, false, true), b);
  }

  /** Makes the label layer known to a store, for reading a whole file where only vectors are used. */
  public void declareLabels(Store store) {
    store.declare(labelWeight());
    store.declare(labelBias());
  }

  private Variable labelWeight() {
    return Variable.trainable("label.weight", Shape.of(classes, hidden), fanIn(hidden));
  }

  private Variable labelBias() {
    return Variable.trainable("label.bias", Shape.of(classes), fanIn(hidden));
  }

  /** Class logits (N, classes) from a hidden vector before its activation. */
  public Node logits(Parameters p, Node hiddenVector) {
    Node w = p.weight("label.weight", Shape.of(classes, hidden), fanIn(hidden));
    Node b = p.weight("label.bias", Shape.of(classes), fanIn(hidden));
    return Ops.addBias(Ops.matmul(Ops.relu(hiddenVector), w, false, true), b);
  }

  /** The joint loss of a batch with INT32 labels (N). */
  public Loss loss(Parameters p, Hidden h, Node labels, Weights weights) {
    Node l1 =
        Ops.add(
            Ops.add(Losses.l1(h.image(), h.sound()), Losses.l1(h.image(), h.both())),
            Losses.l1(h.sound(), h.both()));
    Node before = symmetric(h.image(), h.sound(), weights.detachTargets());
    Node after =
        symmetric(Ops.relu(h.image()), Ops.relu(h.sound()), weights.detachTargets());
    Node soft = Ops.add(before, after);
    Node label =
        Ops.add(
            Ops.add(
                Losses.crossEntropy(logits(p, h.image()), labels),
                Losses.crossEntropy(logits(p, h.sound()), labels)),
            Losses.crossEntropy(logits(p, h.both()), labels));
    Node total =
        Ops.add(
            Ops.add(Ops.scale(l1, weights.l1()), Ops.scale(soft, weights.hiddenCrossEntropy())),
            Ops.scale(label, weights.labelCrossEntropy()));
    return new Loss(l1, soft, label, total);
  }

  private static Node symmetric(Node a, Node b, boolean detach) {
    return Ops.add(soft(a, b, detach), soft(b, a, detach));
  }

  private static Node soft(Node logits, Node target, boolean detach) {
    Node t = Ops.softmax(target);
    return Losses.softCrossEntropy(logits, detach ? Ops.stopGradient(t) : t);
  }
}

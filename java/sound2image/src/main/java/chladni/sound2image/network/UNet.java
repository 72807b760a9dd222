package chladni.sound2image.network;

import static chladni.engine.nn.Initializers.normal;
import static chladni.engine.nn.Initializers.zeros;

import chladni.engine.graph.Node;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Shape;
import chladni.engine.graph.ShapeException;
import chladni.engine.graph.Window;
import chladni.engine.nn.Layers;
import chladni.engine.nn.Mode;
import chladni.engine.nn.Parameters;

/**
 * pix2pix's generator: log2(size) strided convolutions down to 1x1, as many transposed ones up, each
 * level joined to its mirror image. Parameter names and the order of layers are those of
 * junyanz/pytorch-CycleGAN-and-pix2pix, whose in-place LeakyReLU makes the skip carry the activated
 * tensor.
 *
 * @param size height and width of source and result: a power of two, at least 4
 * @param baseChannels channels of the outermost level; doubled up to eightfold further in
 * @param dropout probability on the levels from the fifth to the last but one; pix2pix has 0.5
 */
public record UNet(int size, int inChannels, int outChannels, int baseChannels, double dropout) {
  private static final Window HALVE = Window.of(2, 1);
  private static final Layers.Init WEIGHT = new Layers.Init(normal(0, 0.02), null);
  private static final Layers.Init WEIGHT_BIAS = new Layers.Init(normal(0, 0.02), zeros());

  public UNet {
    if (size < 4 || Integer.bitCount(size) != 1) {
      throw new ShapeException(
          "unet: the size must be a power of two of at least 4, got %d.".formatted(size));
    }
    if (inChannels < 1 || outChannels < 1 || baseChannels < 1) {
      throw new ShapeException(
          "unet: channels must be at least 1, got in %d, out %d, base %d."
              .formatted(inChannels, outChannels, baseChannels));
    }
  }

  /** unet_128 of the reference. */
  public static UNet of128(int inChannels, int outChannels) {
    return new UNet(128, inChannels, outChannels, 64, 0.5);
  }

  /** unet_256 of the reference. */
  public static UNet of256(int inChannels, int outChannels) {
    return new UNet(256, inChannels, outChannels, 64, 0.5);
  }

  /** The number of halvings. */
  public int levels() {
    return Integer.numberOfTrailingZeros(size);
  }

  /** src (N, in, size, size) to (N, out, size, size) in [-1, 1]. */
  public Node build(Parameters p, Node src, Mode mode) {
    if (src.shape().rank() != 4
        || !src.shape().equals(Shape.of(src.shape().dim(0), inChannels, size, size))) {
      throw new ShapeException(
          "unet: the source must be (N,%d,%d,%d), got %s.".formatted(inChannels, size, size, src));
    }
    return Ops.tanh(level(p, src, 1, mode));
  }

  /**
   * Level k from its input back to its input's size. The result of the outermost is before tanh;
   * that of the others before the skip is joined.
   */
  private Node level(Parameters p, Node x, int k, Mode mode) {
    boolean innermost = k == levels();
    String prefix = prefix(k);
    String upName = prefix + (k == 1 ? "3" : innermost ? "3" : "5");
    int channels = channels(k);
    Node down =
        Layers.conv2d(
            p, k == 1 ? prefix + "0" : prefix + "1", x, channels, 4, 4, HALVE, WEIGHT);
    Node joined;
    if (innermost) {
      joined = Ops.relu(down);
    } else {
      if (k > 1) {
        down = batchNorm(p, prefix + "2", down, mode);
      }
      Node activated = Ops.leakyRelu(down, 0.2);
      Node inner = level(p, activated, k + 1, mode);
      // The skip is activated in place before the concat, so relu sees relu(leakyRelu(down)).
      joined = Ops.concat(1, Ops.relu(activated), Ops.relu(inner));
    }
    if (k == 1) {
      return Layers.convTranspose2d(p, upName, joined, outChannels, 4, 4, HALVE, WEIGHT_BIAS);
    }
    Node up = Layers.convTranspose2d(p, upName, joined, channels(k - 1), 4, 4, HALVE, WEIGHT);
    up = batchNorm(p, prefix + (innermost ? "4" : "6"), up, mode);
    if (!innermost && k >= 5 && mode.dropout() != null) {
      up = Ops.dropout(up, mode.dropout().counter(), dropout, mode.dropout().seed(), k);
    }
    return up;
  }

  private int channels(int level) {
    return baseChannels * Math.min(1 << (level - 1), 8);
  }

  /** {@code model.model.} outside, one {@code 1.model.} and then {@code 3.model.} for each level in. */
  private static String prefix(int level) {
    return "model.model." + (level == 1 ? "" : "1.model." + "3.model.".repeat(level - 2));
  }

  private static Node batchNorm(Parameters p, String name, Node x, Mode mode) {
    return Layers.batchNorm(p, name, x, mode, Layers.BatchNormSpec.PIX2PIX);
  }
}

package chladni.sound2image.network;

import static chladni.engine.nn.Initializers.normal;
import static chladni.engine.nn.Initializers.zeros;

import chladni.engine.graph.Node;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Window;
import chladni.engine.nn.Layers;
import chladni.engine.nn.Mode;
import chladni.engine.nn.Parameters;

/**
 * pix2pix's discriminator: judges overlapping patches rather than the whole. With three layers a
 * logit sees 70x70 pixels. Parameter names are those of the reference.
 *
 * @param layers strided convolutions; the reference has 3
 */
public record PatchGan(int baseChannels, int layers) {
  private static final Layers.Init WEIGHT = new Layers.Init(normal(0, 0.02), null);
  private static final Layers.Init WEIGHT_BIAS = new Layers.Init(normal(0, 0.02), zeros());

  /** {@code basic} of the reference. */
  public static final PatchGan BASIC = new PatchGan(64, 3);

  /** A pair concatenated along the channels, (N, C, H, W), to logits (N, 1, h, w). */
  public Node build(Parameters p, Node pair, Mode mode) {
    Node x = Layers.conv2d(p, "model.0", pair, baseChannels, 4, 4, Window.of(2, 1), WEIGHT_BIAS);
    x = Ops.leakyRelu(x, 0.2);
    for (int i = 1; i <= layers; i++) {
      int channels = baseChannels * Math.min(1 << i, 8);
      int index = 3 * i - 1;
      Window window = Window.of(i < layers ? 2 : 1, 1);
      x = Layers.conv2d(p, "model." + index, x, channels, 4, 4, window, WEIGHT);
      x =
          Layers.batchNorm(
              p, "model." + (index + 1), x, mode, Layers.BatchNormSpec.PIX2PIX);
      x = Ops.leakyRelu(x, 0.2);
    }
    return Layers.conv2d(
        p, "model." + (3 * layers + 2), x, 1, 4, 4, Window.of(1, 1), WEIGHT_BIAS);
  }
}

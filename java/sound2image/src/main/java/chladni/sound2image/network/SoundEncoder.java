package chladni.sound2image.network;

import static chladni.engine.nn.Initializers.fanIn;
import static chladni.engine.nn.Initializers.he;
import static chladni.engine.nn.Initializers.zeros;

import chladni.engine.graph.Node;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Window;
import chladni.engine.nn.Layers;
import chladni.engine.nn.Mode;
import chladni.engine.nn.Parameters;
import java.util.List;

/**
 * A sound classifier in the shape of SoundNet: one-dimensional convolutions over the raw waveform
 * with batch normalisation, ReLU and max pooling, up to pool5; its head sees the mean over time.
 *
 * @param layers the convolutions in order
 */
public record SoundEncoder(List<Layer> layers, int classes) {
  /** One convolution along time and the pooling after it; pool 1 means none. */
  public record Layer(int channels, int kernel, int stride, int pool) {}

  /** Features and class logits of a sound. */
  public record Result(Node pool5, Node logits) {}

  public SoundEncoder {
    layers = List.copyOf(layers);
  }

  /** SoundNet-8 up to pool5, its widths divided by {@code narrower}. */
  public static SoundEncoder soundNet(int narrower, int classes) {
    return new SoundEncoder(
        List.of(
            new Layer(16 / narrower, 64, 2, 8),
            new Layer(32 / narrower, 32, 2, 8),
            new Layer(64 / narrower, 16, 2, 1),
            new Layer(128 / narrower, 8, 2, 1),
            new Layer(256 / narrower, 4, 2, 4)),
        classes);
  }

  /**
   * @param sound (N, 1, samples, 1), mono at 22,050 Hz in [-256, 256]
   * @return pool5 flattened channel-major (N, channels x steps), logits (N, classes)
   */
  public Result build(Parameters p, Node sound, Mode mode) {
    Node x = sound;
    for (int i = 0; i < layers.size(); i++) {
      Layer layer = layers.get(i);
      String name = "conv" + (i + 1);
      var init = new Layers.Init(he(layer.kernel() * x.shape().dim(1)), zeros());
      Window window = Window.rows(layer.stride(), layer.kernel() / 2);
      x = Layers.conv2d(p, name + ".0", x, layer.channels(), layer.kernel(), 1, window, init);
      x = Layers.batchNorm(p, name + ".1", x, mode, Layers.BatchNormSpec.DEFAULT);
      x = Ops.relu(x);
      if (layer.pool() > 1) {
        x = Ops.maxPool2d(x, layer.pool(), 1, Window.rows(layer.pool(), 0));
      }
    }
    Node pool5 = Ops.flatten(x);
    Node mean = Ops.mean(x, false, 2, 3);
    Node logits =
        Layers.linear(
            p, "classifier", mean, classes, new Layers.Init(fanIn(mean.shape().dim(1)), zeros()));
    return new Result(pool5, logits);
  }
}

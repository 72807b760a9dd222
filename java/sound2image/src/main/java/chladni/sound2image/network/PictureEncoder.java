package chladni.sound2image.network;

import static chladni.engine.nn.Initializers.fanIn;
import static chladni.engine.nn.Initializers.he;
import static chladni.engine.nn.Initializers.zeros;

import chladni.engine.graph.Initializer;
import chladni.engine.graph.Node;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Shape;
import chladni.engine.graph.Window;
import chladni.engine.nn.Layers;
import chladni.engine.nn.Mode;
import chladni.engine.nn.Parameters;
import java.util.List;

/**
 * A picture classifier in the shape of VGG (3x3 convolutions, pooling, two linear layers) that
 * trains from scratch in a minute: batch normalisation stands where VGG has long training.
 *
 * @param reduce each reduce x reduce block of the picture is averaged first
 * @param widths channels of each stage; a stage is a 3x3 convolution and 2x2 pooling
 * @param features width of fc6
 */
public record PictureEncoder(int reduce, List<Integer> widths, int features, int classes) {
  /** Features and class logits of a picture. */
  public record Result(Node fc6, Node logits) {}

  public PictureEncoder {
    widths = List.copyOf(widths);
  }

  /**
   * @param picture (N, 3, H, W) in [-1, 1]
   * @return fc6 before its activation (N, features), logits (N, classes)
   */
  public Result build(Parameters p, Node picture, Mode mode) {
    Node x = reduce == 1 ? picture : Ops.averagePool2d(picture, reduce);
    for (int i = 0; i < widths.size(); i++) {
      String stage = "features." + i;
      var init = new Layers.Init(he(9 * x.shape().dim(1)), null);
      x = Layers.conv2d(p, stage + ".conv", x, widths.get(i), 3, 3, Window.of(1, 1), init);
      x = Layers.batchNorm(p, stage + ".bn", x, mode, Layers.BatchNormSpec.DEFAULT);
      x = Ops.maxPool2d(Ops.relu(x), 2, 2, Window.of(2, 0));
    }
    Node flat = Ops.flatten(x);
    int width = flat.shape().dim(1);
    Initializer first = topographic(x.shape()) ? topography(x.shape().dim(2)) : he(width);
    Node fc6 = Layers.linear(p, "fc6", flat, features, new Layers.Init(first, zeros()));
    Node hidden = Ops.relu(fc6);
    if (mode.dropout() != null) {
      hidden = Ops.dropout(hidden, mode.dropout().counter(), 0.5, mode.dropout().seed(), 6);
    }
    Node logits =
        Layers.linear(
            p, "classifier", hidden, classes, new Layers.Init(fanIn(features), zeros()));
    return new Result(fc6, logits);
  }

  /** Whether each position of the last stage has as many channels as a square block of the map. */
  private boolean topographic(Shape grid) {
    int cells = grid.dim(2) * grid.dim(3);
    int block = (int) Math.sqrt(grid.dim(1));
    return grid.dim(2) == grid.dim(3)
        && block * block == grid.dim(1)
        && features == cells * grid.dim(1);
  }

  /**
   * fc6's first weights: unit (8 y + u, 8 x + v) of the 64x64 map takes channel 8 u + v at position
   * (y, x) of an 8x8 grid. A fully connected layer has no order of its own, so any is as good to
   * start from; in this one a feature lies where in the picture it comes from, which a U-Net, whose
   * layers are local, needs far fewer steps to make use of (our reading: the paper takes VGG's order
   * as it is).
   */
  private static Initializer topography(int grid) {
    return (name, shape, seed) -> {
      int features = shape.dim(0);
      int side = FeatureMap.side(features);
      int block = side / grid;
      float[] weight = new float[features * features];
      for (int row = 0; row < side; row++) {
        for (int column = 0; column < side; column++) {
          int channel = row % block * block + column % block;
          int position = row / block * grid + column / block;
          int unit = row * side + column;
          weight[unit * features + channel * grid * grid + position] = 1;
        }
      }
      return weight;
    };
  }
}

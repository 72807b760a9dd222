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
    Node fc6 = Layers.linear(p, "fc6", flat, features, new Layers.Init(he(width), zeros()));
    Node hidden = Ops.relu(fc6);
    if (mode.dropout() != null) {
      hidden = Ops.dropout(hidden, mode.dropout().counter(), 0.5, mode.dropout().seed(), 6);
    }
    Node logits =
        Layers.linear(
            p, "classifier", hidden, classes, new Layers.Init(fanIn(features), zeros()));
    return new Result(fc6, logits);
  }
}

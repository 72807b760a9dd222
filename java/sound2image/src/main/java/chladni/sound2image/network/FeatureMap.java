package chladni.sound2image.network;

import chladni.engine.graph.Node;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Shape;
import chladni.engine.graph.ShapeException;

/**
 * Between a feature vector and the picture that a U-Net takes it for (paper, section 5.2): 4096
 * features are a 64x64 map in row-major order, each value four times in 128x128 ("ensemble"); on the
 * way back the four are averaged.
 */
public final class FeatureMap {
  private FeatureMap() {}

  /** Side of the map for so many features. */
  public static int side(int features) {
    int side = (int) Math.sqrt(features);
    if (side * side != features) {
      throw new ShapeException(
          "feature map: the number of features must be a square, got %d. Use 1024 or 4096."
              .formatted(features));
    }
    return side;
  }

  /** (N, s^2) to (N, 1, 2 s, 2 s). */
  public static Node toMap(Node features) {
    int side = side(features.shape().dim(1));
    Node map = Ops.reshape(features, Shape.of(features.shape().dim(0), 1, side, side));
    return Ops.upsampleNearest2d(map, 2);
  }

  /** (N, 1, 2 s, 2 s) to (N, s^2). */
  public static Node toFeatures(Node map) {
    return Ops.flatten(Ops.averagePool2d(map, 2));
  }
}

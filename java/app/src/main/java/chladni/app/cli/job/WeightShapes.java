package chladni.app.cli.job;

import chladni.engine.io.SafeTensors;
import chladni.engine.io.SafeTensorsFile;
import chladni.sound2image.network.PatchGan;
import chladni.sound2image.network.UNet;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * Reads the widths of a network off its weights. Where a key is missing the defaults of pix2pix
 * stand in, and the strict loading that follows names every key that does not fit.
 */
final class WeightShapes {
  private static final int CHANNELS = 3;
  private static final double DROPOUT = 0.5;

  private final Map<String, long[]> shapes = new HashMap<>();

  WeightShapes(Path weights) {
    try (SafeTensorsFile tensors = SafeTensors.read(weights)) {
      for (String name : tensors.names()) {
        shapes.put(name, tensors.shape(name));
      }
    }
  }

  /**
   * @param size height and width of the pictures
   * @param in channels of the source, 0 for those of the weights
   * @param out channels of the result, 0 for those of the weights
   */
  UNet unet(int size, int in, int out) {
    return new UNet(
        size,
        in > 0 ? in : dim("model.model.0.weight", 1, CHANNELS),
        out > 0 ? out : dim("model.model.3.weight", 1, CHANNELS),
        dim("model.model.0.weight", 0, PatchGan.BASIC.baseChannels()),
        DROPOUT);
  }

  PatchGan patchGan() {
    return new PatchGan(
        dim("model.0.weight", 0, PatchGan.BASIC.baseChannels()), PatchGan.BASIC.layers());
  }

  /** Channels of the pair that the discriminator takes. */
  int pairChannels() {
    return dim("model.0.weight", 1, 2 * CHANNELS);
  }

  private int dim(String key, int axis, int otherwise) {
    long[] shape = shapes.get(key);
    boolean usable =
        shape != null && shape.length == 4 && shape[axis] > 0 && shape[axis] <= Short.MAX_VALUE;
    return usable ? (int) shape[axis] : otherwise;
  }
}

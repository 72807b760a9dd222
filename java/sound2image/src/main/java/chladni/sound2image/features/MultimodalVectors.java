package chladni.sound2image.features;

import chladni.engine.backend.Backend;
import chladni.engine.backend.Precision;
import chladni.engine.backend.Store;
import chladni.engine.graph.Shape;
import chladni.engine.io.Weights;
import chladni.engine.nn.Parameters;
import chladni.sound2image.dataset.RunFolder;
import chladni.sound2image.network.Multimodal;
import chladni.sound2image.network.Recipe;
import java.nio.file.Path;
import java.util.Map;

/**
 * The hidden vectors of the multimodal layers before the activation, one row for each row of the
 * features.
 *
 * @param image h_I
 * @param sound h_S
 */
public record MultimodalVectors(float[][] image, float[][] sound) {
  /** The file inside a run's folder of the multimodal layers. */
  public static final String FILE = "multimodal.safetensors";

  private static final int BATCH = 64;

  /** Of every row of a table, by the layers that the run has trained. */
  public static MultimodalVectors of(Backend backend, RunFolder run, FeatureTable table) {
    Path file = run.multimodal().resolve(FILE);
    Recipe recipe = Encoders.recipe(file);
    Multimodal network = recipe.multimodal(Encoders.classes(file).size());
    try (Store store = backend.newStore(0, Precision.FP32);
        Inference image =
            new Inference(
                backend,
                store,
                BATCH,
                Shape.of(network.imageFeatures()),
                x -> Map.of("h", network.image(new Parameters(x.graph(), ""), x)));
        Inference sound =
            new Inference(
                backend,
                store,
                BATCH,
                Shape.of(network.soundFeatures()),
                x -> Map.of("h", network.sound(new Parameters(x.graph(), ""), x)))) {
      // The file has the label layer too, which no vector needs.
      network.declareLabels(store);
      Weights.load(file, store, store.variables(), "");
      return new MultimodalVectors(
          image.run(table.size(), rows(table.fc6())).get("h"),
          sound.run(table.size(), rows(table.pool5())).get("h"));
    }
  }

  private static Inference.Items rows(float[][] all) {
    return (i, dst, at) -> System.arraycopy(all[i], 0, dst, at, all[i].length);
  }

  /** max(h, 0): the vectors after the activation. */
  public static float[][] activated(float[][] hidden) {
    float[][] result = new float[hidden.length][];
    for (int i = 0; i < hidden.length; i++) {
      result[i] = hidden[i].clone();
      for (int j = 0; j < result[i].length; j++) {
        result[i][j] = Math.max(result[i][j], 0);
      }
    }
    return result;
  }
}

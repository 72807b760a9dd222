package chladni.sound2image.features;

import chladni.engine.backend.Backend;
import chladni.engine.backend.Precision;
import chladni.engine.backend.Store;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Shape;
import chladni.engine.io.SafeTensors;
import chladni.engine.io.SafeTensorsFile;
import chladni.engine.io.Weights;
import chladni.engine.nn.Mode;
import chladni.engine.nn.Parameters;
import chladni.sound2image.dataset.ClipSet;
import chladni.sound2image.dataset.RunFolder;
import chladni.sound2image.network.PictureEncoder;
import chladni.sound2image.network.Recipe;
import chladni.sound2image.network.SoundEncoder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The two trained classifiers, as labellers and as extractors of features. */
public final class Encoders implements AutoCloseable {
  /** File names inside the folders of a run. */
  public static final String PICTURE = "picture.safetensors";

  public static final String SOUND = "sound.safetensors";

  private static final int BATCH = 16;

  /**
   * What a network says of some clips.
   *
   * @param features fc6 before its activation, or pool5; one row a clip
   * @param probabilities one row a clip
   */
  public record Output(float[][] features, float[][] probabilities) {}

  private final Recipe recipe;
  private final List<String> classes;
  private final Store store;
  private final Inference picture;
  private final Inference sound;

  private Encoders(
      Recipe recipe, List<String> classes, Store store, Inference picture, Inference sound) {
    this.recipe = recipe;
    this.classes = classes;
    this.store = store;
    this.picture = picture;
    this.sound = sound;
  }

  /** Reads both encoders of a run. */
  public static Encoders load(Backend backend, RunFolder run) {
    Path pictureFile = run.pictureEncoder().resolve(PICTURE);
    Path soundFile = run.soundEncoder().resolve(SOUND);
    Recipe recipe = recipe(pictureFile);
    List<String> classes = classes(pictureFile);
    Store store = backend.newStore(0, Precision.FP32);
    PictureEncoder pictureNet = recipe.pictureEncoder(classes.size());
    SoundEncoder soundNet = recipe.soundEncoder(classes.size());
    Inference picture =
        new Inference(
            backend,
            store,
            BATCH,
            Shape.of(3, recipe.side(), recipe.side()),
            x -> {
              var r = pictureNet.build(new Parameters(x.graph(), "picture/"), x, Mode.EVAL);
              return Map.of("features", r.fc6(), "probabilities", Ops.softmax(r.logits()));
            });
    Inference sound =
        new Inference(
            backend,
            store,
            BATCH,
            Shape.of(1, recipe.samples(), 1),
            x -> {
              var r = soundNet.build(new Parameters(x.graph(), "sound/"), x, Mode.EVAL);
              return Map.of("features", r.pool5(), "probabilities", Ops.softmax(r.logits()));
            });
    load(store, pictureFile, "picture/");
    load(store, soundFile, "sound/");
    return new Encoders(recipe, classes, store, picture, sound);
  }

  private static void load(Store store, Path file, String prefix) {
    Weights.load(
        file,
        store,
        store.variables().stream().filter(v -> v.name().startsWith(prefix)).toList(),
        prefix);
  }

  /** The recipe inside a file of weights. */
  public static Recipe recipe(Path file) {
    try (SafeTensorsFile tensors = SafeTensors.read(file)) {
      return Recipe.parse(tensors.metadata());
    }
  }

  /** The names of the classes inside a file of weights, in the order of the logits. */
  public static List<String> classes(Path file) {
    try (SafeTensorsFile tensors = SafeTensors.read(file)) {
      return List.of(tensors.metadata().getOrDefault("classes", "").split("\n"));
    }
  }

  public Recipe recipe() {
    return recipe;
  }

  public List<String> classes() {
    return classes;
  }

  public Output pictures(ClipSet clips) {
    Map<String, float[][]> out = picture.run(clips.size(), clips::picture);
    return new Output(out.get("features"), out.get("probabilities"));
  }

  public Output sounds(ClipSet clips) {
    Map<String, float[][]> out = sound.run(clips.size(), clips::sound);
    return new Output(out.get("features"), out.get("probabilities"));
  }

  @Override
  public void close() {
    picture.close();
    sound.close();
    store.close();
  }
}

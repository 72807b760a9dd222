package chladni.sound2image.generation;

import chladni.engine.backend.Backend;
import chladni.engine.backend.Precision;
import chladni.engine.backend.Store;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Node;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Shape;
import chladni.engine.io.SafeTensors;
import chladni.engine.io.SafeTensorsFile;
import chladni.engine.io.Weights;
import chladni.engine.nn.Mode;
import chladni.engine.nn.Parameters;
import chladni.sound2image.dataset.ClipSet;
import chladni.sound2image.dataset.RunFolder;
import chladni.sound2image.features.AffineMap;
import chladni.sound2image.features.Encoders;
import chladni.sound2image.features.Inference;
import chladni.sound2image.features.MultimodalVectors;
import chladni.sound2image.media.Picture;
import chladni.sound2image.media.Waveform;
import chladni.sound2image.network.FeatureMap;
import chladni.sound2image.network.Recipe;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A trained run, ready to generate: sound to pool5, to the multimodal vector, to the features of a
 * picture, to the picture, as one program; and the second half alone, from features to picture
 * (paper, figures 6 and 3).
 */
public final class Generator implements AutoCloseable {
  private static final String SOUND = "sound/";
  private static final String MULTIMODAL = "multimodal/";
  private static final String FEATURE_GAN = "feature-gan/";
  private static final String IMAGE_GAN = "image-gan/";
  private static final String WEIGHTS = "generator.safetensors";

  private final Recipe recipe;
  private final Store store;
  private final Inference fromSound;
  private final Inference fromFeatures;

  private Generator(Recipe recipe, Store store, Inference fromSound, Inference fromFeatures) {
    this.recipe = recipe;
    this.store = store;
    this.fromSound = fromSound;
    this.fromFeatures = fromFeatures;
  }

  /**
   * Reads all networks of a run.
   *
   * @param batch how many sounds go through at once
   */
  public static Generator load(Backend backend, RunFolder run, int batch) {
    Path soundFile = run.soundEncoder().resolve(Encoders.SOUND);
    Path multimodalFile = run.multimodal().resolve(MultimodalVectors.FILE);
    Path featureFile = run.featureGan().resolve(WEIGHTS);
    Path imageFile = run.imageGan().resolve(WEIGHTS);
    Recipe recipe = Encoders.recipe(soundFile);
    int classes = Encoders.classes(soundFile).size();
    AffineMap hiddenMap = map(featureFile, "source");
    AffineMap featureMap = map(featureFile, "target");
    AffineMap imageMap = map(imageFile, "source");
    Store store = backend.newStore(0, Precision.FP32);
    Inference fromSound =
        new Inference(
            backend,
            store,
            batch,
            Shape.of(1, recipe.samples(), 1),
            sound -> {
              Graph g = sound.graph();
              Node pool5 =
                  recipe
                      .soundEncoder(classes)
                      .build(new Parameters(g, SOUND), sound, Mode.EVAL)
                      .pool5();
              Node hidden =
                  recipe.multimodal(classes).sound(new Parameters(g, MULTIMODAL), pool5);
              Node generated =
                  recipe
                      .featureGenerator()
                      .build(
                          new Parameters(g, FEATURE_GAN),
                          FeatureMap.toMap(normalise(hidden, hiddenMap)),
                          Mode.EVAL);
              Node features =
                  restore(FeatureMap.toFeatures(generated), featureMap);
              Map<String, Node> outputs = new LinkedHashMap<>();
              outputs.put("features", features);
              outputs.put("picture", picture(recipe, g, features, imageMap));
              return outputs;
            });
    Inference fromFeatures =
        new Inference(
            backend,
            store,
            batch,
            Shape.of(recipe.features()),
            x -> Map.of("picture", picture(recipe, x.graph(), x, imageMap)));
    load(store, soundFile, SOUND, recipe, classes);
    load(store, multimodalFile, MULTIMODAL, recipe, classes);
    load(store, featureFile, FEATURE_GAN, recipe, classes);
    load(store, imageFile, IMAGE_GAN, recipe, classes);
    return new Generator(recipe, store, fromSound, fromFeatures);
  }

  private static Node picture(Recipe recipe, Graph graph, Node features, AffineMap map) {
    return recipe
        .imageGenerator()
        .build(
            new Parameters(graph, IMAGE_GAN),
            FeatureMap.toMap(normalise(features, map)),
            Mode.EVAL);
  }

  /** {@link AffineMap#apply} in verbs. */
  private static Node normalise(Node x, AffineMap map) {
    Node scaled = Ops.scale(Ops.shift(x, -map.mean()), 1 / (AffineMap.RANGE * map.deviation()));
    Graph g = x.graph();
    return Ops.minimum(Ops.maximum(scaled, g.constant(-1)), g.constant(1));
  }

  /** {@link AffineMap#invert} in verbs. */
  private static Node restore(Node x, AffineMap map) {
    return Ops.shift(Ops.scale(x, AffineMap.RANGE * map.deviation()), map.mean());
  }

  private static AffineMap map(Path file, String name) {
    try (SafeTensorsFile tensors = SafeTensors.read(file)) {
      return AffineMap.parse(name, tensors.metadata());
    }
  }

  /** Whole files are read, so that a file of another network is refused; what is unused is dropped. */
  private static void load(Store store, Path file, String prefix, Recipe recipe, int classes) {
    // Networks whose head is not part of the program still have it in their files.
    Graph whole = new Graph();
    Parameters p = new Parameters(whole, prefix);
    switch (prefix) {
      case SOUND ->
          recipe
              .soundEncoder(classes)
              .build(
                  p,
                  whole.input("x", Shape.of(1, 1, recipe.samples(), 1)),
                  Mode.EVAL);
      case MULTIMODAL -> {
        var net = recipe.multimodal(classes);
        Node image = net.image(p, whole.input("i", Shape.of(1, net.imageFeatures())));
        net.sound(p, whole.input("s", Shape.of(1, net.soundFeatures())));
        net.logits(p, image);
      }
      case FEATURE_GAN ->
          recipe
              .featureGenerator()
              .build(p, mapInput(whole, recipe.hidden()), Mode.EVAL);
      default ->
          recipe
              .imageGenerator()
              .build(p, mapInput(whole, recipe.features()), Mode.EVAL);
    }
    p.all().forEach(store::declare);
    Weights.load(file, store, p.all(), prefix);
  }

  private static Node mapInput(Graph graph, int features) {
    int side = 2 * FeatureMap.side(features);
    return graph.input("x", Shape.of(1, 1, side, side));
  }

  public Recipe recipe() {
    return recipe;
  }

  /** One picture for each sound; sounds are cut or repeated to the recipe's length. */
  public List<Picture> generate(List<Waveform> sounds) {
    return pictures(
        fromSound.run(
                sounds.size(),
                (i, dst, at) ->
                    System.arraycopy(
                        sounds.get(i).fitTo(recipe.samples()).samples(),
                        0,
                        dst,
                        at,
                        recipe.samples()))
            .get("picture"));
  }

  /** One picture for each clip's sound. */
  public List<Picture> generate(ClipSet clips) {
    return pictures(fromSound.run(clips.size(), clips::sound).get("picture"));
  }

  /** One picture for each row of features of pictures: figure 3. */
  public List<Picture> fromFeatures(float[][] features) {
    return pictures(
        fromFeatures
            .run(
                features.length,
                (i, dst, at) -> System.arraycopy(features[i], 0, dst, at, features[i].length))
            .get("picture"));
  }

  private List<Picture> pictures(float[][] planes) {
    List<Picture> result = new ArrayList<>();
    for (float[] p : planes) {
      result.add(ClipSet.toPicture(p, 0, recipe.side()));
    }
    return result;
  }

  @Override
  public void close() {
    fromSound.close();
    fromFeatures.close();
    store.close();
  }
}

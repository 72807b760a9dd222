package chladni.app.demo;

import chladni.engine.backend.Backend;
import chladni.engine.backend.Precision;
import chladni.engine.backend.Store;
import chladni.engine.graph.Node;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Shape;
import chladni.engine.io.Weights;
import chladni.engine.nn.Initializers;
import chladni.engine.nn.Layers;
import chladni.engine.nn.Mode;
import chladni.engine.nn.Parameters;
import chladni.sound2image.dataset.ClipSet;
import chladni.sound2image.dataset.Selection;
import chladni.sound2image.features.Inference;
import chladni.sound2image.media.Picture;
import chladni.sound2image.network.PictureEncoder;
import chladni.sound2image.training.EncoderTraining;
import chladni.sound2image.training.Schedule;
import chladni.sound2image.training.SimpleTraining;
import chladni.sound2image.training.Trainer;
import chladni.sound2image.training.TrainingListener;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The evaluation's own classifier: it tells every variant of every class apart, has a seed of its
 * own, and learns from scenes rendered for it alone, so that it shares neither weights nor clips
 * with what it judges. Its logits are a class part, a variant part and one for the pair.
 */
final class Judge implements AutoCloseable {
  private static final String FILE = "judge.safetensors";
  private static final int SIDE = ScenePainter.SIDE;
  private static final int BATCH = 32;

  /** What the judge says of pictures: logits (N, classes x variants) and features (N, width). */
  record Opinion(float[][] logits, float[][] features) {}

  private final World world;
  private final Store store;
  private final Inference inference;

  private Judge(World world, Store store, Inference inference) {
    this.world = world;
    this.store = store;
    this.inference = inference;
  }

  static int labels(World world) {
    return world.classes() * Scene.VARIANTS;
  }

  /** The label of a scene's picture. */
  static int label(Scene scene) {
    return scene.classId() * Scene.VARIANTS + scene.variant();
  }

  private static PictureEncoder.Result network(
      World world, Parameters p, Node picture, Mode mode) {
    int classes = world.classes();
    int n = picture.shape().dim(0);
    var trunk = new PictureEncoder(2, List.of(16, 32, 64, 64), 256, classes);
    PictureEncoder.Result r = trunk.build(p, picture, mode);
    Node hidden = Ops.relu(r.fc6());
    var init = new Layers.Init(Initializers.fanIn(256), Initializers.zeros());
    Node variant = Layers.linear(p, "variant", hidden, Scene.VARIANTS, init);
    Node pair = Layers.linear(p, "pair", hidden, labels(world), init);
    Shape grid = Shape.of(n, classes, Scene.VARIANTS);
    Node logits =
        Ops.add(
            Ops.add(
                Ops.reshape(pair, grid), Ops.reshape(r.logits(), Shape.of(n, classes, 1))),
            Ops.reshape(variant, Shape.of(n, 1, Scene.VARIANTS)));
    return new PictureEncoder.Result(r.fc6(), Ops.reshape(logits, Shape.of(n, labels(world))));
  }

  /** Trains a judge in {@code folder} on scenes of the world's split "judge". */
  static void train(
      Backend backend,
      World world,
      Path folder,
      Schedule schedule,
      long seed,
      boolean resume,
      TrainingListener listener) {
    int batch = schedule.batch();
    float[] x = new float[batch * 3 * SIDE * SIDE];
    int[] labels = new int[batch];
    try (SimpleTraining training =
        EncoderTraining.of(
            backend,
            "judge",
            batch,
            Shape.of(3, SIDE, SIDE),
            labels(world),
            (p, in, mode) -> network(world, p, in, mode).logits(),
            seed)) {
      new Trainer(
              folder, "judge", schedule.steps(), 0, resume, schedule.rates(), null, Map.of(), listener)
          .run(
              training,
              (step, program) -> {
                for (int i = 0; i < batch; i++) {
                  long index = (step - 1) * batch + i;
                  Scene scene = scene(world, "judge", index);
                  write(scene, x, i * 3 * SIDE * SIDE);
                  labels[i] = label(scene);
                }
                program.write("x", x);
                program.write("labels", labels);
              });
    }
  }

  /** Classes in turn, each with ever new scenes. */
  private static Scene scene(World world, String split, long index) {
    return world.scene(
        split, (int) (index % world.classes()), Math.toIntExact(index / world.classes()));
  }

  private static void write(Scene scene, float[] dst, int at) {
    ClipSet.planes(Picture.fromBufferedImage(ScenePainter.paint(scene)).rgb(), dst, at);
  }

  static Judge load(Backend backend, World world, Path folder) {
    Store store = backend.newStore(0, Precision.FP32);
    Inference inference =
        new Inference(
            backend,
            store,
            BATCH,
            Shape.of(3, SIDE, SIDE),
            x -> {
              var r = network(world, new Parameters(x.graph(), ""), x, Mode.EVAL);
              return Map.of("logits", r.logits(), "features", r.fc6());
            });
    Weights.load(folder.resolve(FILE), store, store.variables(), "");
    return new Judge(world, store, inference);
  }

  /** Judges pictures of 128x128 pixels. */
  Opinion opinion(List<Picture> pictures) {
    Map<String, float[][]> out =
        inference.run(
            pictures.size(), (i, dst, at) -> ClipSet.planes(pictures.get(i).rgb(), dst, at));
    return new Opinion(out.get("logits"), out.get("features"));
  }

  /** The shares of scenes whose best label, and whose best label's class, is right. */
  record Accuracy(double label, double className) {}

  /** Measured on so many scenes rendered anew. */
  Accuracy accuracy(int scenes) {
    float[][] logits =
        inference
            .run(scenes, (i, dst, at) -> write(scene(world, "judge-test", i), dst, at))
            .get("logits");
    int labels = 0;
    int classes = 0;
    for (int i = 0; i < scenes; i++) {
      int best = Selection.top(logits[i], 1)[0];
      Scene scene = scene(world, "judge-test", i);
      labels += best == label(scene) ? 1 : 0;
      classes += best / Scene.VARIANTS == scene.classId() ? 1 : 0;
    }
    return new Accuracy((double) labels / scenes, (double) classes / scenes);
  }

  @Override
  public void close() {
    inference.close();
    store.close();
  }
}

package chladni.sound2image.training;

import chladni.engine.backend.Backend;
import chladni.engine.backend.Precision;
import chladni.engine.graph.Shape;
import chladni.sound2image.dataset.ClipSet;
import chladni.sound2image.dataset.Fingerprint;
import chladni.sound2image.dataset.RunFolder;
import chladni.sound2image.features.AffineMap;
import chladni.sound2image.features.Encoders;
import chladni.sound2image.features.FeatureTable;
import chladni.sound2image.features.Inference;
import chladni.sound2image.network.FeatureMap;
import chladni.sound2image.network.Multimodal;
import chladni.sound2image.network.Recipe;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The trainings of the paper, one method each, from the files of a run to the files of a run. Every
 * one resumes from its own checkpoint.
 *
 * @param saveEvery steps between checkpoints; 0 for the end alone
 * @param dropout whether the GANs train with pix2pix's dropout
 * @param loop what becomes of each training once it is built
 */
public record Stages(
    Backend backend,
    RunFolder run,
    Recipe recipe,
    long seed,
    boolean resume,
    long saveEvery,
    boolean dropout,
    TrainingListener listener,
    TrainingLoop loop) {

  /** The affine maps in the metadata of a GAN's files. */
  public static final String SOURCE_MAP = "source";

  public static final String TARGET_MAP = "target";

  /** The fingerprint of what a network was trained on, in the metadata of its files. */
  public static final String DATA = "data";

  /** The picture classifier, on labelled clips. */
  public void pictureEncoder(ClipSet clips, List<String> classes, Schedule schedule) {
    var network = recipe.pictureEncoder(classes.size());
    classifier(
        run.pictureEncoder(),
        "picture",
        Shape.of(3, recipe.side(), recipe.side()),
        clips,
        classes,
        schedule,
        (p, x, mode) -> network.build(p, x, mode).logits(),
        clips::picture);
  }

  /** The sound classifier, on labelled clips. */
  public void soundEncoder(ClipSet clips, List<String> classes, Schedule schedule) {
    var network = recipe.soundEncoder(classes.size());
    classifier(
        run.soundEncoder(),
        "sound",
        Shape.of(1, recipe.samples(), 1),
        clips,
        classes,
        schedule,
        (p, x, mode) -> network.build(p, x, mode).logits(),
        clips::sound);
  }

  private void classifier(
      Path folder,
      String name,
      Shape item,
      ClipSet clips,
      List<String> classes,
      Schedule schedule,
      EncoderTraining.Network network,
      Inference.Items items) {
    Fingerprint data = new Fingerprint();
    clips.ids().forEach(data::add);
    clips.labels().forEach(data::add);
    Map<String, String> metadata = configuration(schedule, data.toString());
    metadata.put("classes", String.join("\n", classes));
    int width = Math.toIntExact(item.elements());
    DataOrder order = new DataOrder(clips.size(), schedule.batch(), seed, false);
    Feed feed = Feed.of(backend, clips.size(), new Feed.Source("x", width, items));
    int[] labels = new int[schedule.batch()];
    adopt(folder, name);
    try (SimpleTraining training =
        EncoderTraining.of(
            backend, name, schedule.batch(), item, classes.size(), network, seed, feed)) {
      feed.fill(training.store());
      train(
          folder,
          name,
          schedule,
          metadata,
          training,
          (step, program) -> {
            int[] chosen = order.items(step);
            for (int i = 0; i < chosen.length; i++) {
              labels[i] = classes.indexOf(clips.labels().get(chosen[i]));
            }
            feed.write(program, chosen);
            program.write("labels", labels);
          });
    }
  }

  /** The factor on W_I's learning rate; see {@link MultimodalTraining}. */
  private static final double IMAGE_RATE = 0.01;

  /** The multimodal layers, on the training rows. */
  public void multimodal(
      FeatureTable table, List<String> classes, Multimodal.Weights weights, Schedule schedule) {
    Multimodal network = recipe.multimodal(classes.size());
    Map<String, String> metadata = configuration(schedule, table.fingerprint());
    metadata.put("classes", String.join("\n", classes));
    metadata.put("weights", weights.toString());
    int[] rows = table.rows(false);
    DataOrder order = new DataOrder(rows.length, schedule.batch(), seed, false);
    int n = schedule.batch();
    int[] labels = new int[n];
    Feed feed =
        Feed.of(
            backend,
            rows.length,
            new Feed.Source(
                "image",
                network.imageFeatures(),
                (i, dst, at) -> copy(table.fc6()[rows[i]], dst, at)),
            new Feed.Source(
                "sound",
                network.soundFeatures(),
                (i, dst, at) -> copy(table.pool5()[rows[i]], dst, at)));
    adopt(run.multimodal(), "multimodal");
    try (SimpleTraining training =
        MultimodalTraining.of(
            backend, network, weights, IMAGE_RATE, n, seed, Precision.FP32, feed)) {
      feed.fill(training.store());
      train(
          run.multimodal(),
          "multimodal",
          schedule,
          metadata,
          training,
          (step, program) -> {
            int[] chosen = order.items(step);
            for (int i = 0; i < n; i++) {
              labels[i] = table.label()[rows[chosen[i]]];
            }
            feed.write(program, chosen);
            program.write("labels", labels);
          });
    }
  }

  /** Features of a picture to the picture (paper, section 5.2), on the training rows. */
  public void imageGan(FeatureTable table, ClipSet clips, Schedule schedule) {
    int[] rows = table.rows(false);
    AffineMap map = AffineMap.of(select(table.fc6(), rows));
    Map<String, String> metadata = configuration(schedule, table.fingerprint());
    map.describe(SOURCE_MAP, metadata);
    metadata.put("dropout", Boolean.toString(dropout));
    int side = recipe.side();
    Pix2Pix.Options options =
        Pix2Pix.Options.of(recipe.imageGenerator(), recipe.discriminator(), schedule.batch(), seed)
            .withDropout(dropout);
    gan(
        run.imageGan(),
        "image-gan",
        options,
        schedule,
        metadata,
        rows.length,
        new Feed.Source(
            "source", side * side, (i, dst, at) -> toMap(table.fc6()[rows[i]], map, dst, at)),
        new Feed.Source(
            "target",
            3 * side * side,
            (i, dst, at) -> clips.picture(table.position()[rows[i]], dst, at)));
  }

  /**
   * Multimodal features of a sound to features of a picture (paper, section 5.4), on the training
   * rows.
   *
   * @param hidden h_S before the activation for every row of the table
   * @param discriminatorScale the penalty on the discriminator's loss: 0.001 in the paper
   */
  public void featureGan(
      FeatureTable table, float[][] hidden, double discriminatorScale, Schedule schedule) {
    int[] rows = table.rows(false);
    AffineMap source = AffineMap.of(select(hidden, rows));
    AffineMap target = AffineMap.of(select(table.fc6(), rows));
    Map<String, String> metadata = configuration(schedule, table.fingerprint());
    source.describe(SOURCE_MAP, metadata);
    target.describe(TARGET_MAP, metadata);
    metadata.put("dropout", Boolean.toString(dropout));
    metadata.put("discriminator_scale", Double.toString(discriminatorScale));
    int side = recipe.featureGenerator().size();
    Pix2Pix.Options options =
        Pix2Pix.Options.of(
                recipe.featureGenerator(), recipe.discriminator(), schedule.batch(), seed)
            .withDropout(dropout)
            .withDiscriminatorScale(discriminatorScale);
    gan(
        run.featureGan(),
        "feature-gan",
        options,
        schedule,
        metadata,
        rows.length,
        new Feed.Source(
            "source", side * side, (i, dst, at) -> toMap(hidden[rows[i]], source, dst, at)),
        new Feed.Source(
            "target", side * side, (i, dst, at) -> toMap(table.fc6()[rows[i]], target, dst, at)));
  }

  private void gan(
      Path folder,
      String stage,
      Pix2Pix.Options options,
      Schedule schedule,
      Map<String, String> metadata,
      int items,
      Feed.Source source,
      Feed.Source target) {
    DataOrder order = new DataOrder(items, schedule.batch(), seed, false);
    Feed feed = Feed.of(backend, items, source, target);
    adopt(folder, stage);
    try (Pix2Pix training = new Pix2Pix(backend, options, Precision.FP32, feed)) {
      feed.fill(training.store());
      train(
          folder,
          stage,
          schedule,
          metadata,
          training,
          (step, program) -> feed.write(program, order.items(step)));
    }
  }

  /** Before the training is built. */
  private void adopt(Path folder, String stage) {
    loop.from(folder, stage, resume).ifPresent(checkpoint -> checkpoint.adopt(backend));
  }

  /** What a checkpoint must agree in before it is continued; part of every file of weights. */
  private Map<String, String> configuration(Schedule schedule, String data) {
    Map<String, String> metadata = new LinkedHashMap<>(recipe.toMetadata());
    metadata.put("seed", Long.toString(seed));
    metadata.put("batch", Integer.toString(schedule.batch()));
    metadata.put("rate", Double.toString(schedule.rate()));
    metadata.put(DATA, data);
    return metadata;
  }

  private void train(
      Path folder,
      String stage,
      Schedule schedule,
      Map<String, String> metadata,
      TrainingStep training,
      Batches batches) {
    Trainer trainer =
        new Trainer(
            folder,
            stage,
            schedule.steps(),
            saveEvery,
            resume,
            schedule.rates(),
            null,
            metadata,
            listener);
    loop.run(trainer, training, batches);
  }

  /** Each feature four times in a map of twice the side: {@link FeatureMap} on the host. */
  private static void toMap(float[] features, AffineMap map, float[] dst, int at) {
    int side = FeatureMap.side(features.length);
    for (int y = 0; y < 2 * side; y++) {
      for (int x = 0; x < 2 * side; x++) {
        dst[at + y * 2 * side + x] = map.apply(features[(y / 2) * side + x / 2]);
      }
    }
  }

  private static float[][] select(float[][] all, int[] rows) {
    float[][] some = new float[rows.length][];
    for (int i = 0; i < rows.length; i++) {
      some[i] = all[rows[i]];
    }
    return some;
  }

  private static void copy(float[] row, float[] dst, int at) {
    System.arraycopy(row, 0, dst, at, row.length);
  }

  /** The encoders that this run has trained. */
  public Encoders encoders() {
    return Encoders.load(backend, run);
  }
}

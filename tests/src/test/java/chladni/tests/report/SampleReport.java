package chladni.tests.report;

import chladni.app.demo.Attribute;
import chladni.app.demo.Scene;
import chladni.app.demo.ScenePainter;
import chladni.app.demo.SoundSynth;
import chladni.app.demo.World;
import chladni.app.report.AttributeTable;
import chladni.app.report.Fact;
import chladni.app.report.Failure;
import chladni.app.report.Judge;
import chladni.app.report.Label;
import chladni.app.report.LossCurves;
import chladni.app.report.MatchTable;
import chladni.app.report.ReportData;
import chladni.app.report.Restoration;
import chladni.app.report.RetrievalTable;
import chladni.app.report.Rgb;
import chladni.app.report.RunHeader;
import chladni.app.report.Selection;
import chladni.app.report.Sound;
import chladni.app.report.SoundToPicture;
import chladni.app.report.Stage;
import chladni.sound2image.evaluation.AttributeFidelity;
import chladni.sound2image.evaluation.MatchRates;
import chladni.sound2image.evaluation.RecallAtK;
import java.awt.image.BufferedImage;
import java.awt.image.ConvolveOp;
import java.awt.image.Kernel;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;

/** A report with every section filled; its figures are invented. */
final class SampleReport {
  private static final World WORLD = new World(World.MAX_CLASSES, 7);
  private final SplittableRandom random = new SplittableRandom(11);

  private SampleReport() {}

  /** A run that shows one class of this name among those of the demo. */
  static ReportData full(String className) {
    return new SampleReport().build(className);
  }

  static RunHeader header() {
    return new RunHeader(
        "Sound in, picture out",
        "./chladni demo --out run --seed 7",
        7,
        Instant.parse("2026-11-23T09:30:00Z"),
        331.4,
        OptionalDouble.of(2874.2),
        List.of(
            new Fact("classes", "52"),
            new Fact("image GAN", "U-Net-128, ngf 16, 900 steps of 8"),
            new Fact("feature GAN", "U-Net-128, ngf 8, 400 steps of 8"),
            new Fact("multimodal layer", "1,024 units, 600 steps of 128")),
        List.of(
            new Fact("processor", "2 cores"),
            new Fact("memory", "8 GiB"),
            new Fact("Java", "25.0.3")));
  }

  private ReportData build(String className) {
    ReportData.Builder report = ReportData.of(header()).demoTargets();
    report.selection(selection()).retrieval(retrieval()).matches(matches());
    report.recall(recall()).attributes(attributes()).judge(
        new Judge(0.412, 1040, 4160, OptionalDouble.of(0.973)));
    report.losses(gan("Image GAN", 900, 60)).losses(gan("Feature GAN", 400, 22));
    report.losses(
        new LossCurves(
            "Multimodal layers",
            "1,024 units, 600 steps of 128",
            List.of(
                series("L1", 600, t -> 0.4 * Math.exp(-4 * t) + 0.05),
                series("soft cross-entropy", 600, t -> 6.2 - 1.1 * t),
                series("labels", 600, t -> 4 * Math.exp(-5 * t) + 0.02))));
    List<SoundToPicture> sounds = new ArrayList<>();
    List<Restoration> restorations = new ArrayList<>();
    for (int i = 0; i < 18; i++) {
      Scene scene = WORLD.scene("held-out", i * 5 % 52, i);
      String name = i == 0 ? className : WORLD.className(scene.classId());
      sounds.add(sound(scene, name, i));
      restorations.add(new Restoration(name, picture(scene), blurred(scene, 1)));
    }
    report.sounds(sounds).restorations(restorations);
    double[] seconds = {41.2, 12.9, 38.5, 52.3, 9.1, 6.4, 21.7, 88.6, 34.2, 11.8, 14.7};
    String[] names = {
      "draw videos", "prepare", "judge", "encoders", "label and select", "features", "multimodal",
      "image GAN", "feature GAN", "generate", "evaluate"
    };
    for (int i = 0; i < names.length; i++) {
      OptionalDouble memory = OptionalDouble.of(900 + 180 * i);
      report.stage(new Stage(names[i], seconds[i], memory, i == 1 ? "1,040 clips" : ""));
    }
    report.failures(
        List.of(new Failure("clip-0312.mp4", "The file ends before its first key frame.")));
    return report
        .note("Top-1 falls short of the class mean: the judge tells 20 variants of a class apart.")
        .build();
  }

  private SoundToPicture sound(Scene scene, String name, int i) {
    float[] samples = SoundSynth.render(scene);
    List<String> original = new ArrayList<>();
    List<String> generated = new ArrayList<>();
    for (int k = 0; k < 10; k++) {
      original.add(name + " " + (k + 1));
      generated.add(k < i % 6 ? "swing " + k : name + " " + (k + i % 3));
    }
    return new SoundToPicture(
        "clip-%04d".formatted(i),
        Optional.of(name),
        new Sound(SoundSynth.SAMPLE_RATE, samples),
        Optional.of(picture(scene)),
        blurred(scene, 3),
        original,
        i == 7 ? generated.stream().map(label -> "x" + label).toList() : generated);
  }

  private Selection selection() {
    List<Selection.Example> examples = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      boolean mismatch = i % 2 == 1;
      Scene seen = WORLD.scene("train", 3 * i, i);
      String name = WORLD.className(seen.classId());
      String heard = mismatch ? WORLD.className((3 * i + 17) % 52) : name;
      examples.add(
          new Selection.Example(
              "clip-%04d.mp4".formatted(i),
              picture(seen),
              labels(name, "tractor", "kettle"),
              labels(heard, "foghorn", "cello"),
              mismatch ? Optional.empty() : Optional.of(name),
              mismatch));
    }
    return new Selection(
        1040, 842, 758, 84, Optional.of(new Selection.Quality(0.9941, 0.9637)), examples);
  }

  private static List<Label> labels(String first, String second, String third) {
    return List.of(new Label(first, 0.83), new Label(second, 0.09), new Label(third, 0.03));
  }

  private RetrievalTable retrieval() {
    List<RetrievalTable.Neighbour> pairs = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      Scene image = WORLD.scene("held-out", 4 * i, i);
      Scene sound = WORLD.scene("held-out", i % 4 == 3 ? 4 * i + 1 : 4 * i, i + 50);
      pairs.add(
          new RetrievalTable.Neighbour(
              WORLD.className(image.classId()),
              picture(image),
              WORLD.className(sound.classId()),
              picture(sound)));
    }
    return new RetrievalTable(0.612, 0.447, 0.884, 0.691, 0.0192, 0.0201, pairs);
  }

  private static MatchTable matches() {
    return new MatchTable(
        208,
        1040,
        new MatchRates(0.081, 0.274, 0.413, 0.641),
        new MatchRates(0.002, 0.014, 0.028, 0.061),
        Optional.of(new MatchRates(0.087, 0.231, 0.352, 0.522)),
        Optional.of(new MatchRates(0.058, 0.203, 0.322, 0.498)));
  }

  private RecallAtK recall() {
    int[] ranks = new int[208];
    Arrays.setAll(ranks, _ -> 1 + (int) Math.min(99, Math.abs(12 * random.nextGaussian())));
    return new RecallAtK(ranks, 100, RecallAtK.Distance.COSINE);
  }

  private static AttributeTable attributes() {
    List<AttributeTable.Row> rows = new ArrayList<>();
    double[] found = {0.48, 0.36, -0.02, 0.57};
    for (Attribute attribute : Attribute.values()) {
      int i = attribute.ordinal();
      rows.add(
          new AttributeTable.Row(
              attribute.soundName(),
              attribute.pictureName(),
              new AttributeFidelity(found[i], Math.sqrt(Math.abs(found[i])), 208, i == 2 ? 4 : 0),
              OptionalDouble.of(0.88 - 0.03 * i),
              List.of(0.91 - 0.05 * i, 0.72 - 0.04 * i, 0.78 - 0.02 * i)));
    }
    return new AttributeTable(List.of("pool5", "multimodal", "fc6"), 1, rows);
  }

  private LossCurves gan(String name, int steps, double l1) {
    return new LossCurves(
        name,
        "%d steps of 8".formatted(steps),
        List.of(
            series("G_GAN", steps, t -> 0.7 + 0.9 * t),
            series("G_L1", steps, t -> l1 * Math.exp(-2.5 * t) + 9),
            series("D_real", steps, t -> 0.69 - 0.3 * t),
            series("D_fake", steps, t -> 0.68 - 0.34 * t)));
  }

  private LossCurves.Series series(String name, int n, DoubleUnaryOperator trend) {
    double[] steps = new double[n];
    double[] values = new double[n];
    for (int i = 0; i < n; i++) {
      steps[i] = i + 1;
      values[i] =
          trend.applyAsDouble((i + 1.0) / n) * Math.exp(0.15 * random.nextGaussian());
    }
    return new LossCurves.Series(name, steps, values);
  }

  private static Rgb picture(Scene scene) {
    return Rgb.of(ScenePainter.paint(scene));
  }

  private static Rgb blurred(Scene scene, int radius) {
    int side = 2 * radius + 1;
    float[] box = new float[side * side];
    Arrays.fill(box, 1f / box.length);
    BufferedImage image = ScenePainter.paint(scene);
    return Rgb.of(
        new ConvolveOp(new Kernel(side, side, box), ConvolveOp.EDGE_NO_OP, null)
            .filter(image, null));
  }
}

package chladni.app.cli.job;

import chladni.app.cli.Evaluate;
import chladni.app.cli.Terminal;
import chladni.app.demo.LossFile;
import chladni.app.report.Fact;
import chladni.app.report.Metric;
import chladni.app.report.Metrics;
import chladni.app.report.Report;
import chladni.app.report.ReportData;
import chladni.app.report.Restoration;
import chladni.app.report.RetrievalTable;
import chladni.app.report.Rgb;
import chladni.app.report.RunHeader;
import chladni.app.report.Sound;
import chladni.app.report.SoundToPicture;
import chladni.engine.Engine;
import chladni.engine.backend.Backend;
import chladni.engine.io.SafeTensors;
import chladni.engine.io.SafeTensorsFile;
import chladni.sound2image.dataset.ClipSet;
import chladni.sound2image.dataset.RunFolder;
import chladni.sound2image.dataset.Selection;
import chladni.sound2image.evaluation.FloatMatrix;
import chladni.sound2image.evaluation.Retrieval;
import chladni.sound2image.features.Encoders;
import chladni.sound2image.features.FeatureTable;
import chladni.sound2image.features.MultimodalVectors;
import chladni.sound2image.generation.Generator;
import chladni.sound2image.media.Picture;
import chladni.sound2image.media.Waveform;
import chladni.sound2image.network.Recipe;
import chladni.sound2image.training.Trainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/**
 * {@code evaluate}: the selection, retrieval before and after the activation and, where the GANs are
 * trained, examples of the paper's figures 3 and 6. Match rates need a judge, which only the demo
 * has.
 */
public final class EvaluateJob {
  private static final int EXAMPLES = 12;
  private static final int BATCH = 8;

  private final RunFolder run;
  private final ClipSet clips;
  private final List<String> classes;
  private final FeatureTable table;

  private EvaluateJob(RunFolder run, ClipSet clips, List<String> classes, FeatureTable table) {
    this.run = run;
    this.clips = clips;
    this.classes = classes;
    this.table = table;
  }

  public static void run(Evaluate.Request request, Terminal terminal) throws IOException {
    RunFolder run = new RunFolder(request.run());
    long start = System.nanoTime();
    Instant started = Instant.now();
    Path encoder = run.pictureEncoder().resolve(Encoders.PICTURE);
    Needs.encoders(run);
    try (Engine engine = Backends.open(request.device(), terminal)) {
      FeatureTable table = SelectJob.features(engine.backend(), run, terminal);
      Needs.multimodal(run, table.fingerprint());
      ClipSet clips = ClipSet.readFolder(run.prepared("corpus"));
      EvaluateJob job = new EvaluateJob(run, clips, Encoders.classes(encoder), table);
      Recipe recipe = Encoders.recipe(encoder);
      Sections sections = job.sections(engine.backend());
      ReportData.Builder report =
          ReportData.of(
              new RunHeader(
                  "Sounds into pictures",
                  "./chladni evaluate --run " + run.root(),
                  seed(run),
                  started,
                  (System.nanoTime() - start) / 1e9,
                  OptionalDouble.empty(),
                  sizes(recipe, job.classes.size()),
                  List.of(new Fact("Backend", engine.backend().description()))));
      sections.addTo(report);
      ReportData data = report.build();
      Path folder = run.root().resolve("evaluation");
      Report.write(folder, data);
      for (Metric metric : Metrics.of(data)) {
        if (!metric.key().startsWith("loss_")) {
          terminal.out().printf(Locale.ROOT, "%-28s %.4f%n", metric.key(), metric.value());
        }
      }
      terminal.out().println(folder.resolve("index.html"));
    }
  }

  /** What a report of a run without a judge shows. */
  private record Sections(
      chladni.app.report.Selection selection,
      Optional<RetrievalTable> retrieval,
      List<Restoration> restorations,
      List<SoundToPicture> sounds,
      Map<String, Path> losses) {
    void addTo(ReportData.Builder report) {
      report.selection(selection);
      retrieval.ifPresent(report::retrieval);
      report.restorations(restorations);
      report.sounds(sounds);
      losses.forEach(
          (name, folder) -> {
            if (Files.exists(folder.resolve(Trainer.METRICS))) {
              report.losses(LossFile.read(name, folder));
            }
          });
      if (retrieval.isEmpty()) {
        report.note("No clip was held out, so there is nothing to measure retrieval on.");
      }
    }
  }

  private Sections sections(Backend backend) {
    int[] heldOut = table.rows(true);
    List<Restoration> restorations = List.of();
    List<SoundToPicture> sounds = List.of();
    boolean gans =
        Files.exists(run.imageGan().resolve(Needs.GENERATOR))
            && Files.exists(run.featureGan().resolve(Needs.GENERATOR));
    if (gans && heldOut.length > 0) {
      Needs.generator(run);
      int[] shown = spread(heldOut);
      try (Generator generator = Generator.load(backend, run, BATCH)) {
        restorations = restorations(generator, shown);
        sounds = sounds(generator, shown);
      }
    }
    Map<String, Path> losses = new LinkedHashMap<>();
    losses.put("Picture encoder", run.pictureEncoder());
    losses.put("Sound encoder", run.soundEncoder());
    losses.put("Multimodal layers", run.multimodal());
    losses.put("Image GAN", run.imageGan());
    losses.put("Feature GAN", run.featureGan());
    return new Sections(
        selection(),
        heldOut.length == 0 ? Optional.empty() : Optional.of(retrieval(backend, heldOut)),
        restorations,
        sounds,
        losses);
  }

  private chladni.app.report.Selection selection() {
    Selection selection = Selection.read(run.selection(), clips.ids(), classes);
    int train = selection.positions(false).size();
    int heldOut = selection.positions(true).size();
    return new chladni.app.report.Selection(
        clips.size(), train + heldOut, train, heldOut, Optional.empty(), List.of());
  }

  private RetrievalTable retrieval(Backend backend, int[] heldOut) {
    int[] train = table.rows(false);
    MultimodalVectors vectors = MultimodalVectors.of(backend, run, table);
    float[][] imageAfter = MultimodalVectors.activated(vectors.image());
    float[][] soundAfter = MultimodalVectors.activated(vectors.sound());
    Retrieval postTrain = retrieval(imageAfter, soundAfter, train);
    Retrieval postHeldOut = retrieval(imageAfter, soundAfter, heldOut);
    List<RetrievalTable.Neighbour> neighbours =
        Arrays.stream(spread(IntStream.range(0, heldOut.length).toArray()))
            .mapToObj(i -> neighbour(heldOut[i], heldOut[postHeldOut.nearest()[i]]))
            .toList();
    return new RetrievalTable(
        retrieval(vectors.image(), vectors.sound(), train).matchRate(),
        retrieval(vectors.image(), vectors.sound(), heldOut).matchRate(),
        postTrain.matchRate(),
        postHeldOut.matchRate(),
        postTrain.chance(),
        postHeldOut.chance(),
        neighbours);
  }

  private RetrievalTable.Neighbour neighbour(int image, int sound) {
    return new RetrievalTable.Neighbour(
        className(image), original(image), className(sound), original(sound));
  }

  private Retrieval retrieval(float[][] image, float[][] sound, int[] rows) {
    int[] labels = Arrays.stream(rows).map(r -> table.label()[r]).toArray();
    return Retrieval.of(
        FloatMatrix.ofRows(rows(image, rows)), FloatMatrix.ofRows(rows(sound, rows)), labels, labels);
  }

  private List<Restoration> restorations(Generator generator, int[] shown) {
    List<Picture> pictures = generator.fromFeatures(rows(table.fc6(), shown));
    return IntStream.range(0, shown.length)
        .mapToObj(
            i ->
                new Restoration(className(shown[i]), original(shown[i]), rgb(pictures.get(i))))
        .toList();
  }

  private List<SoundToPicture> sounds(Generator generator, int[] shown) {
    List<Integer> positions = Arrays.stream(shown).map(r -> table.position()[r]).boxed().toList();
    List<Picture> pictures = generator.generate(clips.subset(positions));
    return IntStream.range(0, shown.length)
        .mapToObj(
            i ->
                new SoundToPicture(
                    clips.ids().get(positions.get(i)),
                    Optional.of(className(shown[i])),
                    sound(positions.get(i)),
                    Optional.of(original(shown[i])),
                    rgb(pictures.get(i)),
                    List.of(),
                    List.of()))
        .toList();
  }

  private Sound sound(int position) {
    float[] samples = clips.sound(position).samples();
    for (int i = 0; i < samples.length; i++) {
      samples[i] /= Waveform.SCALE;
    }
    return new Sound(Waveform.RATE, samples);
  }

  private String className(int row) {
    return classes.get(table.label()[row]);
  }

  private Rgb original(int row) {
    return rgb(clips.picture(table.position()[row]));
  }

  private static Rgb rgb(Picture p) {
    return new Rgb(p.width(), p.height(), p.rgb());
  }

  private static float[][] rows(float[][] all, int[] rows) {
    return Arrays.stream(rows).mapToObj(r -> all[r]).toArray(float[][]::new);
  }

  /** Rows spread evenly, chosen before anything was seen. */
  private static int[] spread(int[] rows) {
    int count = Math.min(EXAMPLES, rows.length);
    return IntStream.range(0, count).map(i -> rows[i * rows.length / count]).toArray();
  }

  private static long seed(RunFolder run) {
    try (SafeTensorsFile file =
        SafeTensors.read(run.multimodal().resolve(MultimodalVectors.FILE))) {
      return Long.parseLong(file.metadata().getOrDefault("seed", "0"));
    }
  }

  private static List<Fact> sizes(Recipe recipe, int classes) {
    return List.of(
        new Fact("Classes", Integer.toString(classes)),
        new Fact("Sounds", recipe.seconds() + " s"),
        new Fact("Features", "fc6 %d, multimodal %d".formatted(recipe.features(), recipe.hidden())),
        new Fact(
            "GANs",
            "%d px, generator %d, discriminator %d channels"
                .formatted(
                    recipe.side(), recipe.generatorChannels(), recipe.discriminatorChannels())));
  }
}

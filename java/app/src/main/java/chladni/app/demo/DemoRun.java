package chladni.app.demo;

import chladni.app.report.Fact;
import chladni.app.report.LossCurves;
import chladni.app.report.ReportData;
import chladni.app.report.RunHeader;
import chladni.app.report.Stage;
import chladni.engine.Engine;
import chladni.sound2image.dataset.ClipSet;
import chladni.sound2image.dataset.Preparation;
import chladni.sound2image.dataset.RunFolder;
import chladni.sound2image.dataset.Selection;
import chladni.sound2image.features.Encoders;
import chladni.sound2image.features.FeatureTable;
import chladni.sound2image.features.MultimodalVectors;
import chladni.sound2image.media.MediaLimits;
import chladni.sound2image.media.MediaReader;
import chladni.sound2image.network.Multimodal;
import chladni.sound2image.network.Recipe;
import chladni.sound2image.training.Schedule;
import chladni.sound2image.training.Stages;
import chladni.sound2image.training.TrainingLoop;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Consumer;

/**
 * The whole job on videos of its own making, from files to the report, in the order of the paper.
 * What an earlier, interrupted run of the same seed left in the folder is used.
 *
 * @param root the folder of the run
 * @param seed of the world, the networks and the order of the data
 */
public record DemoRun(Path root, DemoPreset preset, int classes, long seed, DemoProgress progress) {
  private static final double HELD_OUT = 0.1;
  private static final double DISCRIMINATOR_SCALE = 0.001;

  /** The videos of the world lie beside the run's own files. */
  private Path videos(String set) {
    return root.resolve("videos").resolve(set);
  }

  /** Everything measured, ready for the report. */
  public ReportData run(Engine engine) {
    boolean continued =
        DemoFolder.claim(
            root, "preset %s, %d classes, seed %d".formatted(preset.name(), classes, seed));
    RunFolder run = new RunFolder(root);
    World world = new World(classes, seed);
    List<Stage> stages = new ArrayList<>();
    try (ProcessMemory memory = new ProcessMemory()) {
      Clock clock = new Clock(stages, memory);
      Instant started = Instant.now();
      List<DemoClip> corpus = world.plan("corpus", preset.corpusClips());
      List<DemoClip> labelled = world.plan("encoders", preset.encoderClips(), 0);
      writeVideos(world, corpus, labelled);
      clock.end("videos", "%d clips drawn, played and encoded".formatted(corpus.size() + labelled.size()));

      Map<String, String> failed = new LinkedHashMap<>();
      failed.putAll(prepare(run, "encoders").failed());
      failed.putAll(prepare(run, "corpus").failed());
      ClipSet encoderClips = ClipSet.readFolder(run.prepared("encoders"));
      ClipSet clips = ClipSet.readFolder(run.prepared("corpus"));
      clock.end("prepare", "decoded to a picture and five seconds of sound each");

      Stages training =
          new Stages(
              engine.backend(),
              run,
              preset.recipe(),
              seed,
              true,
              0,
              preset.dropout(),
              progress.training(),
              TrainingLoop.TO_THE_END);
      List<String> names = world.classNames();
      training.pictureEncoder(encoderClips, names, preset.picture());
      clock.end("picture encoder", "%d labelled clips".formatted(encoderClips.size()));
      training.soundEncoder(encoderClips, names, preset.sound());
      clock.end("sound encoder", "%d labelled clips".formatted(encoderClips.size()));

      Selection selection;
      FeatureTable table;
      float[][] pictureProbabilities;
      float[][] soundProbabilities;
      try (Encoders encoders = Encoders.load(engine.backend(), run)) {
        Encoders.Output pictures = encoders.pictures(clips);
        Encoders.Output sounds = encoders.sounds(clips);
        pictureProbabilities = pictures.probabilities();
        soundProbabilities = sounds.probabilities();
        selection =
            Selection.of(
                clips.ids(), pictures.probabilities(), sounds.probabilities(), HELD_OUT, 0);
        selection.write(run.selection(), names);
        table = FeatureTable.of(selection, pictures.features(), sounds.features());
        table.write(run.features(), preset.recipe().toMetadata());
      }
      clock.end("select and extract", "%d of %d clips kept".formatted(table.size(), clips.size()));

      training.multimodal(table, names, Multimodal.Weights.DEFAULT, preset.multimodal());
      MultimodalVectors vectors = MultimodalVectors.of(engine.backend(), run, table);
      clock.end("multimodal layers", "");
      training.imageGan(table, clips, preset.imageGan());
      clock.end("image GAN", "");
      training.featureGan(table, vectors.sound(), DISCRIMINATOR_SCALE, preset.featureGan());
      clock.end("feature GAN", "discriminator loss × " + DISCRIMINATOR_SCALE);

      Path judgeFolder = root.resolve("judge");
      // A seed of its own: the judge must not start where the encoders started.
      Judge.train(
          engine.backend(), world, judgeFolder, preset.judge(), ~seed, true, progress.training());
      clock.end("judge", "%d labels".formatted(Judge.labels(world)));

      Consumer<ReportData.Builder> figures;
      try (Judge judge = Judge.load(engine.backend(), world, judgeFolder)) {
        figures =
            new DemoEvaluation(
                    world,
                    seed,
                    corpus,
                    clips,
                    selection,
                    pictureProbabilities,
                    soundProbabilities,
                    table,
                    vectors)
                .evaluate(engine, run, judge, preset.judgeTests(), failed);
      }
      clock.end("evaluate", "held-out sounds to pictures, and what they are worth");
      ReportData.Builder report =
          ReportData.of(header(engine, started, clock.total(), memory.peakMib()));
      figures.accept(report);
      if (continued) {
        report.note(
            "The folder held parts of an earlier run, which were used: the times are those of this"
                + " run alone.");
      }
      losses(run).forEach(report::losses);
      stages.forEach(report::stage);
      return report.build();
    }
  }

  private RunHeader header(Engine engine, Instant started, double seconds, double peakMib) {
    Recipe r = preset.recipe();
    List<Fact> sizes =
        List.of(
            new Fact("Preset", preset.name()),
            new Fact("Classes", Integer.toString(classes)),
            new Fact(
                "Clips",
                "%d labelled, %d unlabelled"
                    .formatted(classes * preset.encoderClips(), classes * preset.corpusClips())),
            new Fact("Features", "fc6 %d, multimodal %d".formatted(r.features(), r.hidden())),
            new Fact(
                "GANs",
                "%d px, generator %d, discriminator %d channels"
                    .formatted(r.side(), r.generatorChannels(), r.discriminatorChannels())),
            new Fact("Picture encoder", describe(preset.picture())),
            new Fact("Sound encoder", describe(preset.sound())),
            new Fact("Multimodal layers", describe(preset.multimodal())),
            new Fact("Image GAN", describe(preset.imageGan())),
            new Fact("Feature GAN", describe(preset.featureGan())),
            new Fact("Judge", describe(preset.judge())));
    List<Fact> machine =
        List.of(
            new Fact("Processors", Integer.toString(Runtime.getRuntime().availableProcessors())),
            new Fact("Backend", engine.backend().description()),
            new Fact("Java", System.getProperty("java.vm.name") + " " + Runtime.version()),
            new Fact("System", System.getProperty("os.name") + " " + System.getProperty("os.arch")));
    return new RunHeader(
        "Sounds into pictures",
        "./chladni demo --out DIR --preset %s --classes %d --seed %d"
            .formatted(preset.name(), classes, seed),
        seed,
        started,
        seconds,
        OptionalDouble.of(peakMib),
        sizes,
        machine);
  }

  private static String describe(Schedule s) {
    return "%d steps of %d, rate %s".formatted(s.steps(), s.batch(), s.rate());
  }

  private List<LossCurves> losses(RunFolder run) {
    return List.of(
        LossFile.read("Picture encoder", run.pictureEncoder()),
        LossFile.read("Sound encoder", run.soundEncoder()),
        LossFile.read("Multimodal layers", run.multimodal()),
        LossFile.read("Image GAN", run.imageGan()),
        LossFile.read("Feature GAN", run.featureGan()),
        LossFile.read("Judge", root.resolve("judge")));
  }

  private void writeVideos(World world, List<DemoClip> corpus, List<DemoClip> labelled) {
    ClipWriter.write(
        labelled,
        clip ->
            videos("encoders")
                .resolve(world.className(clip.picture().classId()))
                .resolve(clip.id() + ".mp4"),
        progress.files("videos with labels"));
    ClipWriter.write(
        corpus,
        clip -> videos("corpus").resolve(clip.id() + ".mp4"),
        progress.files("videos without labels"));
  }

  private Preparation.Result prepare(RunFolder run, String set) {
    int workers = Math.max(1, Runtime.getRuntime().availableProcessors());
    try (MediaReader reader = new MediaReader(MediaLimits.defaults(), workers)) {
      return new Preparation(
              videos(set),
              run.prepared(set),
              preset.recipe().side(),
              preset.recipe().seconds())
          .run(reader, progress.files("prepare " + set));
    }
  }

  /** Ends stages: how long and how large each was. */
  private static final class Clock {
    private final List<Stage> stages;
    private final ProcessMemory memory;
    private final long start = System.nanoTime();
    private long last = start;

    Clock(List<Stage> stages, ProcessMemory memory) {
      this.stages = stages;
      this.memory = memory;
    }

    void end(String name, String note) {
      long now = System.nanoTime();
      stages.add(
          new Stage(name, (now - last) / 1e9, OptionalDouble.of(memory.stageMib()), note));
      last = now;
    }

    double total() {
      return (System.nanoTime() - start) / 1e9;
    }
  }
}

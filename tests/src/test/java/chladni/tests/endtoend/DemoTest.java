package chladni.tests.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chladni.app.demo.DemoPreset;
import chladni.app.demo.DemoProgress;
import chladni.app.demo.DemoRun;
import chladni.app.report.Report;
import chladni.app.report.ReportData;
import chladni.engine.Engine;
import chladni.engine.backend.BackendOptions;
import chladni.engine.error.EngineException;
import chladni.sound2image.dataset.RunFolder;
import chladni.sound2image.generation.Generator;
import chladni.sound2image.media.MediaLimits;
import chladni.sound2image.media.MediaReader;
import chladni.sound2image.media.Picture;
import chladni.sound2image.network.Recipe;
import chladni.sound2image.training.Schedule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A demo of two dozen clips and a few steps: its figures mean nothing, its path is the whole one. */
class DemoTest {
  private static final int CLASSES = 4;

  /** The keys that every demo's metrics must have. */
  private static final List<String> KEYS =
      List.of(
          "top1_match",
          "top3_match",
          "top5_match",
          "top10_match",
          "top1_shuffled",
          "top1_class_mean",
          "retrieval_pre_train",
          "retrieval_pre_heldout",
          "retrieval_post_train",
          "retrieval_post_heldout",
          "attribute_r2_mean",
          "attribute_r2_ceiling",
          "judge_accuracy",
          "selection_precision",
          "selection_recall",
          "seconds_total",
          "peak_rss_mib");

  private static final Schedule STEPS = new Schedule(2, 2, 2e-3, 0.5);

  private static final DemoPreset SMALLER =
      new DemoPreset(
          "smaller",
          2,
          6,
          4,
          new Recipe(
              5, 8, List.of(4, 4), 4096, DemoPreset.TINY.recipe().soundLayers(), 4096, 2, 2),
          STEPS,
          STEPS,
          STEPS,
          STEPS,
          STEPS,
          STEPS,
          false);

  @TempDir Path folder;

  @Test
  void leadsFromVideosToAReportAndIsRepeatable() throws IOException {
    try (Engine engine = Engine.open("cpu", new BackendOptions(2))) {
      Path first = folder.resolve("first");
      Path second = folder.resolve("second");
      JsonNode one = demo(engine, first);
      JsonNode two = demo(engine, second);

      assertThat(KEYS).allMatch(one::has);
      for (String key : one.propertyNames()) {
        if (!key.startsWith("seconds_") && !key.startsWith("peak_rss_")) {
          assertThat(two.get(key)).as(key).isEqualTo(one.get(key));
        }
      }
      assertThat(Files.readString(first.resolve("report/index.html")))
          .doesNotContain("http://", "https://")
          .contains("data:audio/", "data:image/");
      generatesFromAnyFile(engine, first);
      refusesAnotherDemosFolder(engine, first);
    }
  }

  /** On the stand-ins, which do a thousandth of what a card does: narrower networks, fewer steps. */
  @Test
  void runsOnCuda() throws IOException {
    try (Engine engine = Engine.open("cuda")) {
      JsonNode metrics = demo(engine, folder, SMALLER, CLASSES);
      assertThat(KEYS).allMatch(metrics::has);
      assertThat(Files.readString(folder.resolve("report/index.html"))).contains("data:image/");
      for (String stage : List.of("encoders/picture", "multimodal", "feature-gan", "image-gan")) {
        assertThat(folder.resolve(stage).resolve("metrics.jsonl")).as(stage).isNotEmptyFile();
      }
    }
  }

  private static JsonNode demo(Engine engine, Path root) {
    return demo(engine, root, DemoPreset.TINY, CLASSES);
  }

  private static JsonNode demo(Engine engine, Path root, DemoPreset preset, int classes) {
    ReportData data = new DemoRun(root, preset, classes, 7, DemoProgress.SILENT).run(engine);
    Report.write(root.resolve("report"), data);
    return JsonMapper.shared().readTree(root.resolve("report/metrics.json").toFile());
  }

  private static void generatesFromAnyFile(Engine engine, Path root) throws IOException {
    Path video;
    try (Stream<Path> files = Files.list(root.resolve("videos/corpus"))) {
      video = files.sorted().findFirst().orElseThrow();
    }
    try (MediaReader reader = new MediaReader(MediaLimits.defaults(), 1);
        Generator generator = Generator.load(engine.backend(), new RunFolder(root), 1)) {
      List<Picture> pictures = generator.generate(List.of(reader.readSound(video, 5)));
      assertThat(pictures).hasSize(1);
      assertThat(pictures.getFirst().width()).isEqualTo(128);
      assertThat(pictures.getFirst().height()).isEqualTo(128);
    }
  }

  private static void refusesAnotherDemosFolder(Engine engine, Path root) {
    DemoRun other = new DemoRun(root, DemoPreset.TINY, CLASSES, 8, DemoProgress.SILENT);
    assertThatThrownBy(() -> other.run(engine))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("holds another demo")
        .hasMessageContaining("--out");
  }
}

package chladni.tests.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import chladni.app.report.Failure;
import chladni.app.report.LossCurves;
import chladni.app.report.Metric;
import chladni.app.report.Metrics;
import chladni.app.report.Report;
import chladni.app.report.ReportData;
import chladni.app.report.Rgb;
import chladni.app.report.RunHeader;
import chladni.app.report.Sound;
import chladni.app.report.SoundToPicture;
import chladni.app.report.Stage;
import chladni.app.report.Target;
import chladni.app.report.Targets;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.sound.sampled.AudioFormat;
import javax.sound.sampled.AudioInputStream;
import javax.sound.sampled.AudioSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ReportTest {
  private static final String HOSTILE = "</title><script src=\"//evil.example/x\">'&\u0000";

  private static final ReportData FULL = SampleReport.full("bell tower");

  @TempDir Path dir;

  @Test
  void namesFromOutsideNeverBecomeMarkup() throws IOException {
    ReportData data =
        ReportData.of(SampleReport.header())
            .failures(List.of(new Failure(HOSTILE, HOSTILE)))
            .losses(
                new LossCurves(
                    HOSTILE,
                    HOSTILE,
                    List.of(
                        new LossCurves.Series(
                            HOSTILE, new double[] {1, 2}, new double[] {1, 2}))))
            .sounds(List.of(sound(HOSTILE, List.of(HOSTILE), List.of(HOSTILE))))
            .stage(new Stage(HOSTILE, 1, OptionalDouble.empty(), HOSTILE))
            .note(HOSTILE)
            .build();
    String page = write(data);
    assertThat(page).doesNotContain("evil.example/x\"").doesNotContain("<script src");
    assertThat(page).contains("&lt;/title&gt;&lt;script src=&quot;//evil.example/x&quot;&gt;&#39;");
    assertThat(page).doesNotContain("\u0000");
    assertThat(count(page, "<script>")).isEqualTo(1);
  }

  @Test
  void thePageAsksNobodyForAnything() throws IOException {
    String page = write(FULL);
    assertThat(page).contains("default-src &#39;none&#39;");
    Matcher address =
        Pattern.compile("(?:src|href|action|poster|data)=\"([^\"]{0,40})").matcher(page);
    int seen = 0;
    while (address.find()) {
      assertThat(address.group(1)).matches("(data:(image/jpeg|image/png|audio/wav);|#).*");
      seen++;
    }
    assertThat(seen).isGreaterThan(50);
    assertThat(page).doesNotContain("http:").doesNotContain("https:").doesNotContain("@import");
    assertThat(page).doesNotContainPattern("url\\(");
  }

  @Test
  void aFullReportStaysBelowItsLimit() throws IOException {
    write(FULL);
    assertThat(Files.size(dir.resolve("index.html"))).isLessThan(Report.MAX_BYTES);
  }

  @Test
  void elementsAreClosedInTheOrderInWhichTheyWereOpened() throws IOException {
    String page = write(FULL);
    String markup = page.replaceAll("(?s)<(style|script)>.*?</\\1>", "").substring(15);
    ArrayDeque<String> open = new ArrayDeque<>();
    Matcher tag = Pattern.compile("<(/?)([a-z0-9]+)[^>]*>").matcher(markup);
    while (tag.find()) {
      String name = tag.group(2);
      if (!tag.group(1).isEmpty()) {
        assertThat(open.pop()).isEqualTo(name);
      } else if (!List.of("meta", "img").contains(name)) {
        open.push(name);
      }
    }
    assertThat(open).isEmpty();
  }

  @Test
  void theFileHoldsEveryKeyThatTheDemoPromises() throws IOException {
    JsonNode json = json(FULL);
    for (String key :
        List.of(
            "top1_match", "top3_match", "top5_match", "top10_match", "top1_shuffled",
            "top1_class_mean", "recall_at_10_of_100", "retrieval_pre_train",
            "retrieval_pre_heldout", "retrieval_post_train", "retrieval_post_heldout",
            "attribute_r2_mean", "attribute_r2_ceiling", "judge_accuracy", "selection_precision",
            "selection_recall", "seconds_total", "peak_rss_mib")) {
      assertThat(json.has(key)).as(key).isTrue();
      assertThat(json.get(key).isNumber()).as(key).isTrue();
    }
    assertThat(json.get("top10_match").asDouble()).isEqualTo(0.641);
    // (0.48 + 0.36 − 0.02 + 0.57) / 4 beside (0.72 + 0.68 + 0.64 + 0.60) / 4.
    assertThat(json.get("attribute_r2_mean").asDouble()).isCloseTo(0.3475, within(1e-12));
    assertThat(json.get("attribute_r2_ceiling").asDouble()).isCloseTo(0.66, within(1e-12));
    assertThat(json.get("seconds_image_gan").asDouble()).isEqualTo(88.6);
    assertThat(json.get("judged_pairs").isIntegralNumber()).isTrue();
  }

  @Test
  void everyKeyOfTheFileIsExplainedOnThePage() throws IOException {
    JsonNode json = json(FULL);
    String page = write(FULL);
    assertThat(json.propertyNames()).hasSizeGreaterThan(60);
    for (String key : json.propertyNames()) {
      assertThat(page).contains("<code>" + key + "</code>");
    }
    assertThat(Metrics.of(FULL)).extracting(Metric::meaning).noneMatch(String::isBlank);
  }

  @Test
  void aSeedOfSixtyFourBitsSurvives() throws IOException {
    var h = SampleReport.header();
    long seed = Long.MAX_VALUE - 1;
    ReportData data =
        ReportData.of(
                new RunHeader(
                    h.title(), h.command(), seed, h.started(), 1, h.peakRssMib(), h.preset(),
                    h.machine()))
            .build();
    assertThat(json(data).get("seed").asLong()).isEqualTo(seed);
  }

  @Test
  void whatARunDoesNotHaveIsAbsentFromPageAndFile() throws IOException {
    ReportData data =
        ReportData.of(SampleReport.header())
            .sounds(List.of(sound("rain", List.of(), List.of())))
            .build();
    String page = write(data);
    JsonNode json = json(data);
    assertThat(page)
        .contains("id=\"pictures\"")
        .contains("id=\"cost\"")
        .doesNotContain("id=\"matches\"")
        .doesNotContain("id=\"attributes\"")
        .doesNotContain("id=\"selection\"")
        .doesNotContain("id=\"results\"")
        .doesNotContain("targets")
        .doesNotContain("NaN");
    assertThat(json.propertyNames())
        .containsExactlyInAnyOrder("seed", "seconds_total", "peak_rss_mib");
  }

  @Test
  void targetsAreReachedOrMissedByTheirOwnRule() {
    List<Target> targets = Targets.of(FULL);
    assertThat(targets).hasSize(16);
    // 0.081 lies below the class mean's 0.087; all else in the sample is reached.
    assertThat(targets).filteredOn(t -> !t.reached()).singleElement().satisfies(
        t -> assertThat(t.basis()).isEqualTo("the class-mean picture"));
    assertThat(new Target("t", 3, Target.Relation.ABOVE, 3, "", Target.Unit.R2).reached())
        .isFalse();
    assertThat(new Target("t", 3, Target.Relation.AT_LEAST, 3, "", Target.Unit.R2).reached())
        .isTrue();
    assertThat(new Target("t", 3, Target.Relation.AT_MOST, 2, "", Target.Unit.R2).reached())
        .isFalse();
  }

  @Test
  void aTargetWithoutItsFigureIsMissed() throws IOException {
    ReportData data = ReportData.of(SampleReport.header()).demoTargets().build();
    // Time and memory stand in the header; nothing else was measured.
    assertThat(Targets.of(data)).filteredOn(Target::reached).hasSize(2);
    assertThat(write(data)).contains("2 of 16 targets reached").contains("✗ <span>missed");
  }

  @Test
  void lossesThatAreNoNumbersLeaveGapsAndNull() throws IOException {
    ReportData data =
        ReportData.of(SampleReport.header())
            .losses(
                new LossCurves(
                    "net",
                    "",
                    List.of(
                        new LossCurves.Series(
                            "a", new double[] {1, 2, 3}, new double[] {4, Double.NaN, 2}),
                        new LossCurves.Series(
                            "b", new double[] {1}, new double[] {Double.POSITIVE_INFINITY}))))
            .build();
    JsonNode json = json(data);
    assertThat(json.get("loss_final_net_a").asDouble()).isEqualTo(2);
    assertThat(json.get("loss_final_net_b").isNull()).isTrue();
    assertThat(write(data)).doesNotContain("NaN").doesNotContain("Infinity");
  }

  @Test
  void twoStagesOfOneNameAreRefused() {
    ReportData data =
        ReportData.of(SampleReport.header())
            .stage(new Stage("image GAN", 1, OptionalDouble.empty(), ""))
            .stage(new Stage("Image-GAN", 1, OptionalDouble.empty(), ""))
            .build();
    assertThatThrownBy(() -> Report.write(dir, data)).hasMessageContaining("seconds_image_gan");
  }

  @Test
  void aSoundIsPlayedAtElevenKilohertzWithItsPitchKept() throws Exception {
    int rate = 22_050;
    float[] tone = new float[10 * rate];
    for (int i = 0; i < tone.length; i++) {
      tone[i] = (float) (0.5 * Math.sin(2 * Math.PI * 441 * i / rate));
      // Above the new Nyquist frequency: it must vanish, not fold down.
      tone[i] += (float) (0.4 * Math.sin(2 * Math.PI * 8000 * i / rate));
    }
    SoundToPicture example =
        new SoundToPicture(
            "c", Optional.empty(), new Sound(rate, tone), Optional.empty(), grey(), List.of(),
            List.of());
    String page = write(ReportData.of(SampleReport.header()).sounds(List.of(example)).build());
    Matcher wav = Pattern.compile("data:audio/wav;base64,([^\"]+)").matcher(page);
    assertThat(wav.find()).isTrue();
    AudioInputStream in =
        AudioSystem.getAudioInputStream(
            new ByteArrayInputStream(Base64.getDecoder().decode(wav.group(1))));
    AudioFormat format = in.getFormat();
    assertThat(format.getSampleRate()).isEqualTo(11_025f);
    assertThat(format.getChannels()).isEqualTo(1);
    assertThat(format.getSampleSizeInBits()).isEqualTo(16);
    assertThat(in.getFrameLength()).isEqualTo(6 * 11_025);
    byte[] pcm = in.readAllBytes();
    double worst = 0;
    for (int i = 1000; i < 60_000; i++) {
      double value = (short) (pcm[2 * i] & 0xff | pcm[2 * i + 1] << 8) / 32767.0;
      double expected = 0.5 * Math.sin(2 * Math.PI * 441 * i / 11_025.0);
      worst = Math.max(worst, Math.abs(value - expected));
    }
    // The window's side lobes lie 44 dB down.
    assertThat(worst).isLessThan(0.01);
  }

  @Test
  void theFirstMatchIsTheSmallestKAtWhichTheListsMeet() {
    List<String> ten = List.of("a", "b", "c", "d", "e", "f", "g", "h", "i", "j");
    List<String> late = List.of("0", "1", "2", "3", "c", "5", "6", "7", "8", "9");
    List<String> never = List.of("0", "1", "2", "3", "4", "5", "6", "7", "8", "9");
    assertThat(sound("s", ten, ten).firstMatch()).isEqualTo(OptionalInt.of(1));
    assertThat(sound("s", ten, late).firstMatch()).isEqualTo(OptionalInt.of(5));
    assertThat(sound("s", ten, never).firstMatch()).isEmpty();
    assertThat(sound("s", List.of(), List.of()).firstMatch()).isEmpty();
  }

  @Test
  void theSameDataGivesTheSameBytes() throws IOException {
    assertThat(write(FULL).equals(write(FULL))).isTrue();
  }

  private static SoundToPicture sound(String name, List<String> original, List<String> generated) {
    return new SoundToPicture(
        name,
        Optional.of(name),
        new Sound(8000, new float[100]),
        Optional.of(grey()),
        grey(),
        original,
        generated);
  }

  private static Rgb grey() {
    return new Rgb(2, 2, new byte[12]);
  }

  private String write(ReportData data) throws IOException {
    Report.write(dir, data);
    return Files.readString(dir.resolve("index.html"));
  }

  private JsonNode json(ReportData data) throws IOException {
    Report.write(dir, data);
    return JsonMapper.shared().readTree(Files.readString(dir.resolve("metrics.json")));
  }

  private static int count(String text, String part) {
    return text.split(Pattern.quote(part), -1).length - 1;
  }
}

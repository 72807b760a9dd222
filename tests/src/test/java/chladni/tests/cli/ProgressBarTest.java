package chladni.tests.cli;

import static org.assertj.core.api.Assertions.assertThat;

import chladni.app.cli.progress.ProgressBar;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;

final class ProgressBarTest {
  private final StringWriter text = new StringWriter();
  private long nanos;

  private ProgressBar bar(int columns, long total) {
    return new ProgressBar(new PrintWriter(text), columns, () -> nanos, "train", total);
  }

  private void seconds(double seconds) {
    nanos += Math.round(seconds * 1e9);
  }

  private static SequencedMap<String, Double> losses() {
    SequencedMap<String, Double> losses = new LinkedHashMap<>();
    losses.put("G_GAN", 1.23456);
    losses.put("D_real", 0.5);
    return losses;
  }

  @Test
  void aTerminalShowsOneLineWithRateLossesAndTimeLeft() {
    try (ProgressBar bar = bar(120, 1000)) {
      bar.update(0);
      seconds(10);
      bar.update(250, losses());
      assertThat(text.toString())
          .endsWith(
              "\rtrain  25% [#####...............] 250/1000  25.0/s  left 0:30  G_GAN 1.235  D_real 0.5000\u001b[K");
    }
    assertThat(text.toString()).containsOnlyOnce("\n");
    assertThat(text.toString()).endsWith("took 0:10  G_GAN 1.235  D_real 0.5000\u001b[K\n");
  }

  @Test
  void linesAreCutToTheTerminal() {
    try (ProgressBar bar = bar(30, 1000)) {
      bar.update(0);
      seconds(10);
      bar.update(250, losses());
    }
    assertThat(text.toString().split("\r"))
        .allSatisfy(line -> assertThat(line.replace("\u001b[K", "").strip()).hasSizeLessThan(30));
  }

  @Test
  void aTerminalIsRedrawnTenTimesASecondAtMost() {
    try (ProgressBar bar = bar(80, 1000)) {
      for (int i = 0; i < 1000; i++) {
        bar.update(i);
        seconds(0.001);
      }
    }
    assertThat(text.toString().split("\r")).hasSizeBetween(10, 13);
  }

  @Test
  void aLogGetsALineEveryFewSecondsAndTheLastState() {
    try (ProgressBar bar = bar(0, 100)) {
      for (int i = 0; i <= 100; i++) {
        bar.update(i);
        seconds(0.1);
      }
    }
    assertThat(text.toString().lines())
        .containsExactly(
            "train   0% 0/100",
            "train  50% 50/100  10.0/s  left 0:05",
            "train 100% 100/100  10.0/s",
            "train 100% 100/100  9.90/s  took 0:10");
    assertThat(text.toString()).doesNotContain("\r").doesNotContain("\u001b");
  }

  @Test
  void aResumedJobCountsItsOwnRate() {
    try (ProgressBar bar = bar(0, 1000)) {
      bar.update(900);
      seconds(10);
      bar.update(950);
    }
    assertThat(text.toString()).contains("950/1000  5.00/s  left 0:10");
  }

  @Test
  void theRateFollowsAChangeOfSpeed() {
    try (ProgressBar bar = bar(0, 100_000)) {
      for (int i = 0; i < 60; i++) {
        bar.update(i * 100L);
        seconds(1);
      }
      for (int i = 0; i < 60; i++) {
        bar.update(6000 + i);
        seconds(1);
      }
      text.getBuffer().setLength(0);
      seconds(1);
      bar.update(6061);
      assertThat(text.toString()).contains("  1.").doesNotContain("took");
    }
  }

  @Test
  void messagesStandAboveTheBar() {
    try (ProgressBar bar = bar(80, 10)) {
      bar.update(5);
      bar.println("clip 7 skipped");
      assertThat(text.toString()).contains("\r\u001b[Kclip 7 skipped\n\rtrain  50%");
    }
  }
}

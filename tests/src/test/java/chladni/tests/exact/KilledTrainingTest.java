package chladni.tests.exact;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The short form of tests/soak/kills. */
final class KilledTrainingTest {
  @TempDir Path folder;

  @Test
  void aTrainingKilledTwentyTimesEndsInTheSameBits() throws Exception {
    Kills kills = new Kills(folder, 1);
    assertThat(kills.whole())
        .containsOnlyKeys(
            "checkpoint.safetensors",
            "checkpoint.previous.safetensors",
            "generator.safetensors",
            "discriminator.safetensors",
            "metrics.jsonl",
            "losses.csv");
    assertThat(kills.until(20)).allSatisfy(files -> assertThat(files).isEqualTo(kills.whole()));
    assertThat(kills.kills()).isGreaterThanOrEqualTo(20);
    assertThat(kills.inAWrite()).as("kills that left a file half written").isPositive();
  }
}

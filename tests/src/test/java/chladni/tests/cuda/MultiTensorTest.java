package chladni.tests.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import chladni.engine.Engine;
import chladni.engine.backend.Listing;
import chladni.engine.backend.Precision;
import chladni.sound2image.network.PatchGan;
import chladni.sound2image.network.UNet;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Fused kernels that differ in their operands alone run in one launch. */
final class MultiTensorTest {
  private static SmallGan gan(Engine engine) {
    return new SmallGan(engine, new UNet(16, 1, 3, 2, 0.5), new PatchGan(2, 1), 2, Precision.FP32);
  }

  /** A launch is in the listing once; whoever shares it says with which step. */
  private static boolean launches(Listing.Step step) {
    return !step.implementation().startsWith("with step ");
  }

  @Test
  void anUpdateOfAllWeightsIsAFewLaunches() {
    try (Engine engine = Engine.open("cuda");
        SmallGan gan = gan(engine)) {
      List<Listing.Step> fused =
          gan.program().listing().steps().stream()
              .filter(s -> s.kind() == Listing.Kind.ELEMENTWISE)
              .toList();
      List<Listing.Step> updates =
          fused.stream().filter(s -> s.label().contains("adam:")).toList();
      System.out.printf(
          "cuda: %d fused steps in %d launches, of them %d updates of weights in %d%n",
          fused.size(), launches(fused), updates.size(), launches(updates));
      assertThat(launches(updates)).isLessThanOrEqualTo(updates.size() / 2);
    }
  }

  /** Every step that has no launch of its own names one that counts it. */
  @Test
  void theListingSaysWhoRunsWithWhom() {
    try (Engine engine = Engine.open("cuda");
        SmallGan gan = gan(engine)) {
      List<Listing.Step> steps = gan.program().listing().steps();
      for (int i = 0; i < steps.size(); i++) {
        String with = "with step " + i;
        long others = steps.stream().filter(s -> s.implementation().equals(with)).count();
        String leader = ", %d steps".formatted(others + 1);
        assertThat(steps.get(i).implementation().endsWith(leader)).isEqualTo(others > 0);
      }
      assertThat(steps).anyMatch(s -> !launches(s));
    }
  }

  private static long launches(List<Listing.Step> steps) {
    return steps.stream().filter(MultiTensorTest::launches).count();
  }

  /** A traced run launches each step alone. */
  @Test
  void theBitsAreThoseOfOneLaunchForEachStep() {
    try (Engine engine = Engine.open("cuda");
        SmallGan together = gan(engine);
        SmallGan apart = gan(engine)) {
      for (int step = 0; step < 2; step++) {
        together.program().run();
        assertThat(apart.program().trace()).isEmpty();
      }
      assertThat(together.bits()).isEqualTo(apart.bits());
    }
  }
}

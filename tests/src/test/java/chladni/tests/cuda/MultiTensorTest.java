package chladni.tests.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import chladni.engine.Engine;
import chladni.engine.backend.Listing;
import chladni.engine.graph.Variable;
import chladni.sound2image.network.PatchGan;
import chladni.sound2image.network.UNet;
import chladni.sound2image.training.Pix2Pix;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Fused kernels that differ in their operands alone run in one launch. */
final class MultiTensorTest {
  private static final int SIDE = 16;

  private static Pix2Pix gan(Engine engine) {
    Pix2Pix gan =
        new Pix2Pix(
            engine, Pix2Pix.Options.of(new UNet(SIDE, 1, 3, 2, 0.5), new PatchGan(2, 1), 2, 5));
    gan.program().write("lr", new double[] {2e-4});
    gan.program().write("source", ramp(2 * SIDE * SIDE));
    gan.program().write("target", ramp(2 * 3 * SIDE * SIDE));
    return gan;
  }

  private static float[] ramp(int n) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (i * 37 % 101) / 50f - 1;
    }
    return values;
  }

  /** A launch is in the listing once; whoever shares it says with which step. */
  private static boolean launches(Listing.Step step) {
    return !step.implementation().startsWith("with step ");
  }

  @Test
  void anUpdateOfAllWeightsIsAFewLaunches() {
    try (Engine engine = Engine.open("cuda");
        Pix2Pix gan = gan(engine)) {
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
        Pix2Pix gan = gan(engine)) {
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
        Pix2Pix together = gan(engine);
        Pix2Pix apart = gan(engine)) {
      for (int step = 0; step < 2; step++) {
        together.program().run();
        assertThat(apart.program().trace()).isEmpty();
      }
      assertThat(state(together)).isEqualTo(state(apart));
    }
  }

  /** All weights, moments and statistics, then the losses. */
  private static List<float[]> values(Pix2Pix gan) {
    List<float[]> all = new ArrayList<>();
    Stream.of(gan.generator(), gan.discriminator())
        .flatMap(p -> p.all().stream())
        .map(Variable::name)
        .forEach(name -> all.add(gan.store().floats(name)));
    Pix2Pix.LOSSES.forEach(
        loss -> all.add(new float[] {(float) gan.program().scalar(loss)}));
    return all;
  }

  private static List<List<Integer>> state(Pix2Pix gan) {
    return values(gan).stream()
        .map(
            array -> {
              List<Integer> bits = new ArrayList<>();
              for (float v : array) {
                bits.add(Float.floatToRawIntBits(v));
              }
              return bits;
            })
        .toList();
  }
}

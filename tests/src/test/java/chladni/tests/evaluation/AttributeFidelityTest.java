package chladni.tests.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import chladni.sound2image.evaluation.AttributeFidelity;
import chladni.sound2image.evaluation.FloatMatrix;
import chladni.sound2image.evaluation.RidgeProbe;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class AttributeFidelityTest {
  @Test
  void squaresTheCorrelationThatOneCountsByHand() {
    // Deviations (−1, 0, 1) and (−1, 1, 0): r = 1 / 2.
    AttributeFidelity fidelity =
        AttributeFidelity.global(new double[] {1, 2, 3}, new double[] {10, 30, 20});
    assertThat(fidelity.correlation()).isCloseTo(0.5, within(1e-12));
    assertThat(fidelity.r2()).isCloseTo(0.25, within(1e-12));
  }

  @Test
  void unitsAndOffsetsOfThePictureDoNotMatter() {
    double[] sound = {0.1, 0.9, 0.4, 0.6};
    double[] measured = {93 - 5.8, 93 - 52.2, 93 - 23.2, 93 - 34.8};
    assertThat(AttributeFidelity.global(sound, measured).r2()).isCloseTo(-1, within(1e-9));
    double[] upright = {5.8, 52.2, 23.2, 34.8};
    assertThat(AttributeFidelity.global(sound, upright).r2()).isCloseTo(1, within(1e-9));
  }

  @Test
  void theClassAloneEarnsNothingWithinClass() {
    double[] sound = {0.1, 0.2, 0.9, 1.0};
    double[] classMeans = {0.15, 0.15, 0.95, 0.95};
    int[] classes = {0, 0, 1, 1};
    assertThat(AttributeFidelity.global(sound, classMeans).r2()).isGreaterThan(0.9);
    assertThat(AttributeFidelity.withinClass(sound, classMeans, classes).r2()).isZero();
  }

  @Test
  void aPictureWithoutTheAttributeCountsAgainstTheGenerator() {
    double[] sound = {0, 1, 2, 3, 4};
    double[] measured = {0, 1, Double.NaN, 3, 4};
    double[] never = {Double.NaN, Double.NaN, Double.NaN, Double.NaN, Double.NaN};
    double[] half = {0, Double.NaN, 2, Double.NaN, 4};
    int[] one = new int[5];
    AttributeFidelity fidelity = AttributeFidelity.withinClass(sound, measured, one);
    assertThat(fidelity.unmeasured()).isEqualTo(1);
    assertThat(AttributeFidelity.withinClass(sound, never, one).r2()).isZero();
    // Deviations (−2, −1, 0, 1, 2) and (−2, 0, 0, 0, 2): r² = 8² / (10 · 8).
    assertThat(AttributeFidelity.withinClass(sound, half, one).r2()).isCloseTo(0.8, within(1e-12));
  }

  @Test
  void aConstantPictureKnowsNothing() {
    double[] sound = {0.1, 0.5, 0.7};
    assertThat(AttributeFidelity.global(sound, new double[] {0.1, 0.1, 0.1}).r2()).isZero();
  }

  @Test
  void aProbeFindsALinearAttributeAndNothingInNoise() {
    SplittableRandom random = new SplittableRandom(1);
    RidgeProbe[] probes = RidgeProbe.fit(clips(random, 300, 12), clips(random, 200, 12), 0);
    assertThat(probes[0].fidelity().r2()).isGreaterThan(0.98);
    // The null: five standard errors of a correlation over 200 independent clips, squared.
    assertThat(Math.abs(probes[1].fidelity().r2())).isLessThan(25.0 / 200);
  }

  @Test
  void wideFeaturesAreSolvedThroughTheDual() {
    SplittableRandom random = new SplittableRandom(2);
    RidgeProbe[] probes = RidgeProbe.fit(clips(random, 120, 121), clips(random, 100, 121), 0);
    assertThat(probes[0].fidelity().r2()).isGreaterThan(0.25);
  }

  @Test
  void dualAndPrimalGiveTheSamePredictions() {
    // Padding with constant columns changes the system that is solved, not the solution.
    SplittableRandom random = new SplittableRandom(3);
    RidgeProbe.Clips train = clips(random, 60, 20);
    RidgeProbe.Clips heldOut = clips(random, 50, 20);
    double primal = RidgeProbe.fit(train, heldOut, 4)[0].fidelity().r2();
    RidgeProbe[] padded = RidgeProbe.fit(padded(train, 80), padded(heldOut, 80), 4);
    assertThat(padded[0].fidelity().r2()).isCloseTo(primal, within(1e-6));
  }

  @Test
  void classOffsetsOfFeaturesDoNotHelpTheProbe() {
    SplittableRandom random = new SplittableRandom(5);
    int n = 200;
    float[][] rows = new float[n][1];
    double[] attribute = new double[n];
    int[] classes = new int[n];
    for (int i = 0; i < n; i++) {
      classes[i] = i % 4;
      rows[i][0] = classes[i] + 0.01f * (float) random.nextGaussian();
      attribute[i] = classes[i] + 0.01 * random.nextGaussian();
    }
    RidgeProbe.Clips clips =
        new RidgeProbe.Clips(FloatMatrix.ofRows(rows), new double[][] {attribute}, classes);
    assertThat(Math.abs(RidgeProbe.fit(clips, clips, 0)[0].fidelity().r2()))
        .isLessThan(25.0 / 200);
  }

  @Test
  void refusesTooFewClips() {
    RidgeProbe.Clips few = clips(new SplittableRandom(6), 9, 3);
    assertThatThrownBy(() -> RidgeProbe.fit(few, few, 0)).hasMessageContaining("got 9");
  }

  /** Attribute 0 is a sum of the first ten columns at most, attribute 1 is noise. */
  private static RidgeProbe.Clips clips(SplittableRandom random, int n, int width) {
    FloatMatrix features = RetrievalTest.gaussian(random, n, width);
    double[][] attributes = new double[2][n];
    int[] classes = new int[n];
    for (int i = 0; i < n; i++) {
      classes[i] = i % 3;
      for (int c = 0; c < Math.min(10, width); c++) {
        attributes[0][i] += features.at(i, c) * (c % 2 == 0 ? 1 : -0.5);
      }
      attributes[0][i] += 0.1 * random.nextGaussian() + 7 * classes[i];
      attributes[1][i] = random.nextGaussian();
    }
    return new RidgeProbe.Clips(features, attributes, classes);
  }

  private static RidgeProbe.Clips padded(RidgeProbe.Clips clips, int width) {
    FloatMatrix from = clips.features();
    float[] values = new float[from.rows() * width];
    for (int row = 0; row < from.rows(); row++) {
      System.arraycopy(from.row(row), 0, values, row * width, from.columns());
    }
    return new RidgeProbe.Clips(
        new FloatMatrix(from.rows(), width, values), clips.attributes(), clips.classes());
  }
}

package chladni.tests.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import chladni.sound2image.evaluation.FloatMatrix;
import chladni.sound2image.evaluation.MatchRates;
import chladni.sound2image.evaluation.RecallAtK;
import chladni.sound2image.evaluation.SelectionQuality;
import chladni.sound2image.evaluation.TopLabels;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MatchRatesTest {
  private static final int LABELS = 40;

  @Test
  void topLabelsAreSortedAndTiesGoToTheLowerLabel() {
    FloatMatrix scores =
        FloatMatrix.ofRows(
            new float[] {0.1f, 0.5f, 0.5f, -1, 0.9f}, new float[] {1, 1, 1, 1, 1});
    assertThat(TopLabels.of(scores, 3)).isDeepEqualTo(new int[][] {{4, 1, 2}, {0, 1, 2}});
    assertThat(TopLabels.of(scores, 5)[0]).containsExactly(4, 1, 2, 0, 3);
    assertThatThrownBy(() -> TopLabels.of(scores, 6)).hasMessageContaining("labels 5, got 6");
  }

  @Test
  void pairsMeetFromTheKAtWhichTheirLabelsFirstOverlap() {
    // Generated pictures rank 0, 1, 2 … first; the originals share nothing before k.
    FloatMatrix generated = FloatMatrix.ofRows(from(0), from(0), from(0), from(0), from(0));
    FloatMatrix original = FloatMatrix.ofRows(from(0), from(2), from(4), from(9), from(10));
    MatchRates rates = MatchRates.of(generated, original);
    assertThat(rates).isEqualTo(new MatchRates(0.2, 0.4, 0.6, 0.8));
    assertThat(MatchRates.firstMatch(generated, original)).containsExactly(1, 3, 5, 10, 0);
    assertThat(rates.at(5)).isEqualTo(rates.top5());
  }

  @Test
  void aPictureMatchesItselfAtEveryK() {
    FloatMatrix scores = RetrievalTest.gaussian(new SplittableRandom(1), 9, LABELS);
    assertThat(MatchRates.of(scores, scores)).isEqualTo(new MatchRates(1, 1, 1, 1));
  }

  @Test
  void ratesGrowWithK() {
    SplittableRandom random = new SplittableRandom(2);
    FloatMatrix generated = RetrievalTest.gaussian(random, 200, LABELS);
    MatchRates rates = MatchRates.of(generated, RetrievalTest.gaussian(random, 200, LABELS));
    assertThat(rates.top1()).isBetween(0.0, rates.top3());
    assertThat(rates.top5()).isBetween(rates.top3(), rates.top10());
  }

  @Test
  void shuffledIsTheMeanOverAllDerangements() {
    SplittableRandom random = new SplittableRandom(4);
    FloatMatrix generated = RetrievalTest.gaussian(random, 4, 14);
    FloatMatrix original = RetrievalTest.gaussian(random, 4, 14);
    int[][] derangements = {
      {1, 0, 3, 2}, {1, 2, 3, 0}, {1, 3, 0, 2}, {2, 0, 3, 1}, {2, 3, 0, 1}, {2, 3, 1, 0},
      {3, 0, 1, 2}, {3, 2, 0, 1}, {3, 2, 1, 0}
    };
    MatchRates shuffled = MatchRates.shuffled(generated, original);
    for (int k : MatchRates.KS) {
      double sum = 0;
      for (int[] derangement : derangements) {
        sum += MatchRates.of(generated, original.select(derangement)).at(k);
      }
      assertThat(shuffled.at(k)).isCloseTo(sum / derangements.length, within(1e-12));
    }
  }

  @Test
  void aGeneratorThatIgnoresItsSoundHasNoLiftOverShuffledPairs() {
    SplittableRandom random = new SplittableRandom(5);
    FloatMatrix original = RetrievalTest.gaussian(random, 50, LABELS);
    FloatMatrix constant = RetrievalTest.gaussian(random, 1, LABELS).select(new int[50]);
    MatchRates lift =
        MatchRates.of(constant, original).liftOver(MatchRates.shuffled(constant, original));
    assertThat(lift.top10()).isCloseTo(1, within(1e-12));
  }

  @Test
  void chanceFollowsTheFormula() {
    assertThat(MatchRates.chance(1_000, 1)).isCloseTo(0.001, within(1e-15));
    assertThat(MatchRates.chance(1_000, 3))
        .isCloseTo(
            1 - (997.0 / 1000) * (996.0 / 999) * (995.0 / 998), within(1e-12));
    assertThat(MatchRates.chance(1_000, 10)).isCloseTo(0.0960, within(5e-4));
    assertThat(MatchRates.chance(52, 10)).isCloseTo(0.907, within(1e-3));
    // Two sets of 2 out of 4: of the 6 second sets only the complement does not meet the first.
    assertThat(MatchRates.chance(4, 2)).isCloseTo(5 / 6.0, within(1e-15));
    assertThat(MatchRates.chance(15, 10)).isEqualTo(1);
  }

  @Test
  void independentScoresMatchAsOftenAsChance() {
    SplittableRandom random = new SplittableRandom(6);
    FloatMatrix generated = RetrievalTest.gaussian(random, 400, 200);
    FloatMatrix original = RetrievalTest.gaussian(random, 400, 200);
    double chance = MatchRates.chance(200, 10);
    // 400 · 399 pairs of 800 independent sets: five standard errors of the 800.
    double margin = 5 * Math.sqrt(chance * (1 - chance) / 800);
    assertThat(MatchRates.shuffled(generated, original).top10())
        .isCloseTo(chance, within(margin));
  }

  @Test
  void recallRanksTheOriginalAmongAllWhenAllAreCandidates() {
    FloatMatrix generated = FloatMatrix.ofRows(xy(1, 0), xy(0, 2), xy(4, 4));
    FloatMatrix original = FloatMatrix.ofRows(xy(1, 0.1f), xy(0, 1), xy(1, 0));
    RecallAtK cosine = RecallAtK.of(generated, original, 3, RecallAtK.Distance.COSINE, 0);
    assertThat(cosine.ranks()).containsExactly(2, 1, 3);
    assertThat(cosine.at(1)).isCloseTo(1 / 3.0, within(1e-15));
    assertThat(cosine.at(2)).isCloseTo(2 / 3.0, within(1e-15));
    assertThat(cosine.at(3)).isEqualTo(1);
    RecallAtK euclidean = RecallAtK.of(generated, original, 3, RecallAtK.Distance.EUCLIDEAN, 0);
    // The last: 24.21 to the first, 25 to the second and to its own, which ties do not favour.
    assertThat(euclidean.ranks()).containsExactly(2, 1, 3);
  }

  @Test
  void oneAnswerForAllRanksLast() {
    FloatMatrix same = FloatMatrix.ofRows(xy(1, 1)).select(new int[20]);
    RecallAtK recall = RecallAtK.of(same, same, 10, RecallAtK.Distance.COSINE, 3);
    assertThat(recall.at(9)).isZero();
    assertThat(recall.chance(1)).isEqualTo(0.1);
  }

  @Test
  void candidateSetsFollowFromTheSeedAndHoldNoIndexTwice() {
    SplittableRandom random = new SplittableRandom(8);
    FloatMatrix generated = RetrievalTest.gaussian(random, 150, 8);
    FloatMatrix original = RetrievalTest.gaussian(random, 150, 8);
    RecallAtK once = RecallAtK.of(generated, original, 100, RecallAtK.Distance.COSINE, 1);
    RecallAtK again = RecallAtK.of(generated, original, 100, RecallAtK.Distance.COSINE, 1);
    RecallAtK other = RecallAtK.of(generated, original, 100, RecallAtK.Distance.COSINE, 2);
    assertThat(again.ranks()).containsExactly(once.ranks());
    assertThat(other.ranks()).isNotEqualTo(once.ranks());
    // With every original a candidate the seed cannot matter: a repeated index would show here.
    RecallAtK all = RecallAtK.of(generated, original, 150, RecallAtK.Distance.COSINE, 1);
    RecallAtK allAgain = RecallAtK.of(generated, original, 150, RecallAtK.Distance.COSINE, 2);
    assertThat(allAgain.ranks()).containsExactly(all.ranks());
    assertThat(IntStream.of(once.ranks())).allMatch(rank -> rank >= 1 && rank <= 100);
    assertThatThrownBy(
            () -> RecallAtK.of(generated, original, 151, RecallAtK.Distance.COSINE, 1))
        .hasMessageContaining("pictures 150, got 151");
  }

  @Test
  void selectionIsScoredAgainstKnownMismatches() {
    boolean[] kept = {true, true, true, true, false, false, false};
    boolean[] mismatch = {false, false, false, true, false, true, true};
    SelectionQuality quality = SelectionQuality.of(kept, mismatch);
    assertThat(quality.precision()).isEqualTo(0.75);
    assertThat(quality.recall()).isEqualTo(0.75);
    assertThat(quality.mismatchesThrownOut()).isCloseTo(2 / 3.0, within(1e-15));
    assertThat(SelectionQuality.of(new boolean[2], new boolean[2]).precision()).isZero();
  }

  /** Scores whose labels rank first, first + 1, … */
  private static float[] from(int first) {
    float[] scores = new float[LABELS];
    for (int i = 0; i < LABELS; i++) {
      scores[(first + i) % LABELS] = -i;
    }
    return scores;
  }

  private static float[] xy(float x, float y) {
    return new float[] {x, y};
  }
}

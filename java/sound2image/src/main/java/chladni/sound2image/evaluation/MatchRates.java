package chladni.sound2image.evaluation;

import java.util.BitSet;
import java.util.List;

/**
 * How often a generated and an original picture have at least one of their k most probable labels
 * in common (paper, Fig. 7), for k = 1, 3, 5 and 10. A generator that answers with a class mean or
 * with a nearest neighbour is measured by the same {@link #of}, on the judge's scores of its pictures.
 *
 * @param top1 rate for k = 1
 * @param top3 rate for k = 3
 * @param top5 rate for k = 5
 * @param top10 rate for k = 10
 */
public record MatchRates(double top1, double top3, double top5, double top10) {
  /** The paper's k. */
  public static final List<Integer> KS = List.of(1, 3, 5, 10);

  /** What the paper reports, with other data, classes and judge. */
  public static final MatchRates PAPER = new MatchRates(0.0165, 0.089, 0.1604, 0.3192);

  private static final int LARGEST_K = 10;

  /** The rate for k, one of {@link #KS}. */
  public double at(int k) {
    return switch (k) {
      case 1 -> top1;
      case 3 -> top3;
      case 5 -> top5;
      case 10 -> top10;
      default ->
          throw new IllegalArgumentException(
              "match rate: k must be one of %s, got %d.".formatted(KS, k));
    };
  }

  /**
   * Row i of {@code generated} against row i of {@code original}.
   *
   * @param generated the judge's scores of the generated pictures (N × labels, at least 10 labels)
   * @param original the judge's scores of the original pictures, same shape
   */
  public static MatchRates of(FloatMatrix generated, FloatMatrix original) {
    Checks.sameShape("match rate", generated, original);
    int[][] a = TopLabels.of(generated, LARGEST_K);
    int[][] b = TopLabels.of(original, LARGEST_K);
    double[] rates = new double[KS.size()];
    for (int i = 0; i < rates.length; i++) {
      int matched = 0;
      for (int row = 0; row < a.length; row++) {
        matched += meet(a[row], b[row], KS.get(i)) ? 1 : 0;
      }
      rates[i] = (double) matched / a.length;
    }
    return new MatchRates(rates[0], rates[1], rates[2], rates[3]);
  }

  /**
   * The same rates when every generated picture is compared with another clip's original: the exact
   * mean over all derangements. A uniformly drawn derangement sends i to each j ≠ i equally often,
   * so that mean is the mean over all ordered pairs of different clips and needs no drawing.
   */
  public static MatchRates shuffled(FloatMatrix generated, FloatMatrix original) {
    Checks.sameShape("shuffled match rate", generated, original);
    int n = generated.rows();
    if (n < 2) {
      throw new IllegalArgumentException(
          "shuffled match rate: at least 2 clips are needed to exchange, got %d.".formatted(n));
    }
    int[][] a = TopLabels.of(generated, LARGEST_K);
    int[][] b = TopLabels.of(original, LARGEST_K);
    double[] rates = new double[KS.size()];
    for (int i = 0; i < rates.length; i++) {
      int k = KS.get(i);
      BitSet[] holders = new BitSet[generated.columns()];
      for (int row = 0; row < n; row++) {
        for (int place = 0; place < k; place++) {
          int label = b[row][place];
          if (holders[label] == null) {
            holders[label] = new BitSet(n);
          }
          holders[label].set(row);
        }
      }
      long met = 0;
      for (int row = 0; row < n; row++) {
        BitSet meeting = new BitSet(n);
        for (int place = 0; place < k; place++) {
          BitSet holding = holders[a[row][place]];
          if (holding != null) {
            meeting.or(holding);
          }
        }
        meeting.clear(row);
        met += meeting.cardinality();
      }
      rates[i] = met / ((double) n * (n - 1));
    }
    return new MatchRates(rates[0], rates[1], rates[2], rates[3]);
  }

  /** The smallest k of {@link #KS} at which each pair meets, 0 where it meets at none. */
  public static int[] firstMatch(FloatMatrix generated, FloatMatrix original) {
    Checks.sameShape("match rate", generated, original);
    int[][] a = TopLabels.of(generated, LARGEST_K);
    int[][] b = TopLabels.of(original, LARGEST_K);
    int[] first = new int[a.length];
    for (int row = 0; row < a.length; row++) {
      for (int i = KS.size() - 1; i >= 0; i--) {
        if (meet(a[row], b[row], KS.get(i))) {
          first[row] = KS.get(i);
        }
      }
    }
    return first;
  }

  /** The rates of two independent, uniformly drawn label sets: 1 − C(L−k, k) / C(L, k). */
  public static MatchRates chance(int labels) {
    return new MatchRates(
        chance(labels, 1), chance(labels, 3), chance(labels, 5), chance(labels, 10));
  }

  /** The probability that two uniformly drawn sets of k out of {@code labels} labels meet. */
  public static double chance(int labels, int k) {
    if (k < 1 || labels < k) {
      throw new IllegalArgumentException(
          "chance of a match: k must lie between 1 and the number of labels %d, got %d."
              .formatted(labels, k));
    }
    double apart = 1;
    for (int i = 0; i < k; i++) {
      apart *= Math.max(labels - k - i, 0) / (double) (labels - i);
    }
    return 1 - apart;
  }

  /** Each rate divided by that of {@code baseline}; infinite where the baseline never matches. */
  public MatchRates liftOver(MatchRates baseline) {
    return new MatchRates(
        top1 / baseline.top1,
        top3 / baseline.top3,
        top5 / baseline.top5,
        top10 / baseline.top10);
  }

  private static boolean meet(int[] a, int[] b, int k) {
    for (int i = 0; i < k; i++) {
      for (int j = 0; j < k; j++) {
        if (a[i] == b[j]) {
          return true;
        }
      }
    }
    return false;
  }
}

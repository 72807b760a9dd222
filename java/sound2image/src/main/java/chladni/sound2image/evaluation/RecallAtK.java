package chladni.sound2image.evaluation;

import java.util.SplittableRandom;

/**
 * Where the original ranks among other held-out originals by its distance to the generated picture
 * in the judge's feature space. An equally distant rival ranks before the original, so that a
 * generator with one answer for all gains nothing from ties.
 *
 * @param ranks rank of the original of each pair, 1 is best
 * @param candidates size of each candidate set, the original included
 * @param distance how features were compared
 */
public record RecallAtK(int[] ranks, int candidates, Distance distance) {
  /** How two feature vectors are compared. */
  public enum Distance {
    /** 1 − cosine of the angle; a zero vector is at distance 1 from everything. */
    COSINE,
    /** Root of the sum of squared differences. */
    EUCLIDEAN
  }

  /**
   * Ranks each original among {@code candidates} originals: itself and others drawn without
   * replacement, from the seed and the index of the pair alone.
   *
   * @param generated judge features of the generated pictures (N × D)
   * @param original judge features of the originals, same shape
   * @param candidates at least 2 and at most N; the paper's neighbours use 100
   */
  public static RecallAtK of(
      FloatMatrix generated, FloatMatrix original, int candidates, Distance distance, long seed) {
    Checks.sameShape("recall", generated, original);
    int n = generated.rows();
    if (candidates < 2 || candidates > n) {
      throw new IllegalArgumentException(
          "recall: candidates must lie between 2 and the number of pictures %d, got %d."
                  .formatted(n, candidates)
              + " Hold out more clips or ask for fewer candidates.");
    }
    int[] ranks = new int[n];
    for (int i = 0; i < n; i++) {
      double own = distance(generated, i, original, i, distance);
      int rank = 1;
      for (int rival : rivals(n, i, candidates - 1, seed)) {
        if (distance(generated, i, original, rival, distance) <= own) {
          rank++;
        }
      }
      ranks[i] = rank;
    }
    return new RecallAtK(ranks, candidates, distance);
  }

  /** Fraction of originals that rank k-th or better. */
  public double at(int k) {
    int found = 0;
    for (int rank : ranks) {
      found += rank <= k ? 1 : 0;
    }
    return (double) found / ranks.length;
  }

  /** What {@link #at} would be for a generator that ignores its sound. */
  public double chance(int k) {
    return Math.min(1, (double) k / candidates);
  }

  /** Distinct indices in [0, n) other than {@code self}: a partial Fisher–Yates shuffle. */
  private static int[] rivals(int n, int self, int count, long seed) {
    int[] others = new int[n - 1];
    for (int i = 0; i < others.length; i++) {
      others[i] = i < self ? i : i + 1;
    }
    SplittableRandom random = new SplittableRandom(seed * 0x9E3779B97F4A7C15L + self);
    int[] drawn = new int[count];
    for (int i = 0; i < count; i++) {
      int j = random.nextInt(i, others.length);
      drawn[i] = others[j];
      others[j] = others[i];
    }
    return drawn;
  }

  private static double distance(
      FloatMatrix a, int i, FloatMatrix b, int j, Distance distance) {
    double dot = 0;
    double aa = 0;
    double bb = 0;
    double squared = 0;
    for (int c = 0; c < a.columns(); c++) {
      double x = a.at(i, c);
      double y = b.at(j, c);
      dot += x * y;
      aa += x * x;
      bb += y * y;
      squared += (x - y) * (x - y);
    }
    return switch (distance) {
      case COSINE -> aa == 0 || bb == 0 ? 1 : 1 - dot / Math.sqrt(aa * bb);
      case EUCLIDEAN -> Math.sqrt(squared);
    };
  }
}

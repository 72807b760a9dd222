package chladni.sound2image.evaluation;

/**
 * How well the selection by shared labels (paper, section 3) tells clips whose sound and picture
 * belong together from mismatches, where the truth is known.
 *
 * @param keptMatches matching clips that were kept
 * @param keptMismatches mismatched clips that were kept
 * @param droppedMatches matching clips that were thrown out
 * @param droppedMismatches mismatched clips that were thrown out
 */
public record SelectionQuality(
    int keptMatches, int keptMismatches, int droppedMatches, int droppedMismatches) {
  /**
   * @param kept whether each clip was kept
   * @param mismatch whether each clip's sound and picture are known to belong to different classes
   */
  public static SelectionQuality of(boolean[] kept, boolean[] mismatch) {
    Checks.sameLength("selection", "decisions", kept.length, "truths", mismatch.length);
    int[] counts = new int[4];
    for (int i = 0; i < kept.length; i++) {
      counts[(kept[i] ? 0 : 2) + (mismatch[i] ? 1 : 0)]++;
    }
    return new SelectionQuality(counts[0], counts[1], counts[2], counts[3]);
  }

  /** Fraction of kept clips that match; 0 when nothing was kept. */
  public double precision() {
    return ratio(keptMatches, keptMatches + keptMismatches);
  }

  /** Fraction of matching clips that were kept; 0 when there were none. */
  public double recall() {
    return ratio(keptMatches, keptMatches + droppedMatches);
  }

  /** Fraction of mismatches that were thrown out; 0 when there were none. */
  public double mismatchesThrownOut() {
    return ratio(droppedMismatches, keptMismatches + droppedMismatches);
  }

  private static double ratio(int part, int whole) {
    return whole == 0 ? 0 : (double) part / whole;
  }
}

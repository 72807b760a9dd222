package chladni.sound2image.evaluation;

/** The k most probable labels of a picture. */
public final class TopLabels {
  private TopLabels() {}

  /**
   * The labels with the highest scores, best first; equal scores go to the lower label.
   *
   * @param scores logits or probabilities (N × labels)
   * @param k between 1 and the number of labels
   * @return N × k label indices
   */
  public static int[][] of(FloatMatrix scores, int k) {
    if (k < 1 || k > scores.columns()) {
      throw new IllegalArgumentException(
          "top labels: k must lie between 1 and the number of labels %d, got %d. Ask for fewer."
              .formatted(scores.columns(), k));
    }
    int[][] top = new int[scores.rows()][k];
    for (int row = 0; row < scores.rows(); row++) {
      int found = 0;
      for (int label = 0; label < scores.columns(); label++) {
        float score = scores.at(row, label);
        int place = found;
        while (place > 0 && score > scores.at(row, top[row][place - 1])) {
          place--;
        }
        if (place < k) {
          System.arraycopy(top[row], place, top[row], place + 1, Math.min(found, k - 1) - place);
          top[row][place] = label;
          found = Math.min(found + 1, k);
        }
      }
    }
    return top;
  }
}

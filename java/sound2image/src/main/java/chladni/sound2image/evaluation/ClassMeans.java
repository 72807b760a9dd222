package chladni.sound2image.evaluation;

/** The class-mean generator: it knows the class of a sound and nothing else. */
public final class ClassMeans {
  private ClassMeans() {}

  /**
   * The mean of the rows of each class.
   *
   * @param rows pictures of the training clips, flattened (N × values)
   * @param classes class of each row, in [0, {@code classCount})
   * @return one row per class
   * @throws IllegalArgumentException if a class has no row: it would have no mean
   */
  public static FloatMatrix of(FloatMatrix rows, int[] classes, int classCount) {
    Checks.sameLength("class means", "rows", rows.rows(), "classes", classes.length);
    int width = rows.columns();
    double[] sums = new double[Math.multiplyExact(classCount, width)];
    int[] members = new int[classCount];
    for (int row = 0; row < classes.length; row++) {
      int c = classes[row];
      if (c < 0 || c >= classCount) {
        throw new IllegalArgumentException(
            "class means: classes must lie in [0, %d), got %d in row %d."
                .formatted(classCount, c, row));
      }
      members[c]++;
      for (int i = 0; i < width; i++) {
        sums[c * width + i] += rows.at(row, i);
      }
    }
    float[] means = new float[sums.length];
    for (int c = 0; c < classCount; c++) {
      if (members[c] == 0) {
        throw new IllegalArgumentException(
            "class means: every class needs a row, class %d has none. Leave the class out."
                .formatted(c));
      }
      for (int i = 0; i < width; i++) {
        means[c * width + i] = (float) (sums[c * width + i] / members[c]);
      }
    }
    return new FloatMatrix(classCount, width, means);
  }
}

package chladni.sound2image.evaluation;

/** Refusals that several measures share. */
final class Checks {
  private Checks() {}

  static void sameLength(String measure, String one, int n, String other, int m) {
    if (n != m) {
      throw new IllegalArgumentException(
          "%s: %s and %s must be equally many, got %d and %d. Build both from one list of clips."
              .formatted(measure, one, other, n, m));
    }
  }

  static void sameShape(String measure, FloatMatrix a, FloatMatrix b) {
    if (a.rows() != b.rows() || a.columns() != b.columns()) {
      throw new IllegalArgumentException(
          "%s: generated and original must have one shape, got %d × %d and %d × %d. Use one judge."
              .formatted(measure, a.rows(), a.columns(), b.rows(), b.columns()));
    }
  }
}

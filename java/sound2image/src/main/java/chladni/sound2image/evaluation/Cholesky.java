package chladni.sound2image.evaluation;

/**
 * A = UᵀU of a symmetric positive definite matrix. Right-looking on rows of the upper triangle, so
 * that the inner loop walks two contiguous rows and vectorises.
 */
final class Cholesky {
  private final double[][] upper;

  private Cholesky(double[][] upper) {
    this.upper = upper;
  }

  /**
   * Factors {@code matrix} + {@code shift} · I; only the upper triangle is read; nothing is
   * changed.
   *
   * @throws ArithmeticException if the shifted matrix is not positive definite
   */
  static Cholesky of(double[][] matrix, double shift) {
    int n = matrix.length;
    double[][] u = new double[n][];
    for (int i = 0; i < n; i++) {
      u[i] = matrix[i].clone();
      u[i][i] += shift;
    }
    for (int k = 0; k < n; k++) {
      double[] pivot = u[k];
      if (!(pivot[k] > 0)) {
        throw new ArithmeticException(
            "Cholesky: pivot %d must be positive, got %s. Use a larger ridge."
                .formatted(k, pivot[k]));
      }
      double root = Math.sqrt(pivot[k]);
      for (int j = k; j < n; j++) {
        pivot[j] /= root;
      }
      for (int i = k + 1; i < n; i++) {
        double factor = pivot[i];
        double[] row = u[i];
        for (int j = i; j < n; j++) {
          row[j] -= factor * pivot[j];
        }
      }
    }
    return new Cholesky(u);
  }

  /** x with A x = {@code right}. */
  double[] solve(double[] right) {
    int n = upper.length;
    double[] x = right.clone();
    for (int i = 0; i < n; i++) {
      x[i] /= upper[i][i];
      for (int j = i + 1; j < n; j++) {
        x[j] -= upper[i][j] * x[i];
      }
    }
    for (int i = n - 1; i >= 0; i--) {
      double sum = x[i];
      for (int j = i + 1; j < n; j++) {
        sum -= upper[i][j] * x[j];
      }
      x[i] = sum / upper[i][i];
    }
    return x;
  }
}

package chladni.app.demo;

/**
 * A straight line or plane through points, by the normal equations; made for two or three terms.
 */
final class LeastSquares {
  private LeastSquares() {}

  /** The coefficients whose products with the rows lie nearest to the targets. */
  static double[] solve(double[][] rows, double[] targets) {
    int n = rows[0].length;
    double[][] system = new double[n][n + 1];
    for (int r = 0; r < rows.length; r++) {
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
          system[i][j] += rows[r][i] * rows[r][j];
        }
        system[i][n] += rows[r][i] * targets[r];
      }
    }
    return eliminate(system);
  }

  static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  /** Gauss-Jordan; the matrix of normal equations is positive definite and needs no pivoting. */
  private static double[] eliminate(double[][] system) {
    int n = system.length;
    for (int pivot = 0; pivot < n; pivot++) {
      for (int row = 0; row < n; row++) {
        double factor = system[row][pivot] / system[pivot][pivot];
        for (int column = pivot; row != pivot && column <= n; column++) {
          system[row][column] -= factor * system[pivot][column];
        }
      }
    }
    double[] solution = new double[n];
    for (int i = 0; i < n; i++) {
      solution[i] = system[i][n] / system[i][i];
    }
    return solution;
  }
}

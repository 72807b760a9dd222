package chladni.tests.demo;

/** The few measures that the tests of the demo's world share. */
final class Statistics {
  private Statistics() {}

  static double mean(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum / values.length;
  }

  /** Share of the truth's variance that the prediction explains as it is, without another fit. */
  static double r2(double[] predicted, double[] truth) {
    double mean = mean(truth);
    double missed = 0;
    double total = 0;
    for (int i = 0; i < truth.length; i++) {
      missed += (predicted[i] - truth[i]) * (predicted[i] - truth[i]);
      total += (truth[i] - mean) * (truth[i] - mean);
    }
    return 1 - missed / total;
  }

  /**
   * Share of test rows whose nearest class centroid is their own, distances in units of each
   * feature's spread within the classes of the training rows.
   */
  static double centroidAccuracy(
      double[][] train, int[] trainLabels, double[][] test, int[] testLabels, int classes) {
    int width = train[0].length;
    double[][] centroids = new double[classes][width];
    int[] counts = new int[classes];
    for (int i = 0; i < train.length; i++) {
      counts[trainLabels[i]]++;
      for (int f = 0; f < width; f++) {
        centroids[trainLabels[i]][f] += train[i][f];
      }
    }
    for (int c = 0; c < classes; c++) {
      for (int f = 0; f < width; f++) {
        centroids[c][f] /= counts[c];
      }
    }
    double[] variance = new double[width];
    for (int i = 0; i < train.length; i++) {
      for (int f = 0; f < width; f++) {
        double off = train[i][f] - centroids[trainLabels[i]][f];
        variance[f] += off * off / train.length;
      }
    }
    int right = 0;
    for (int i = 0; i < test.length; i++) {
      int best = 0;
      double nearest = Double.POSITIVE_INFINITY;
      for (int c = 0; c < classes; c++) {
        double distance = 0;
        for (int f = 0; f < width; f++) {
          double off = test[i][f] - centroids[c][f];
          distance += off * off / (variance[f] + 1e-9);
        }
        if (distance < nearest) {
          nearest = distance;
          best = c;
        }
      }
      right += best == testLabels[i] ? 1 : 0;
    }
    return (double) right / test.length;
  }
}

package chladni.app.report;

import java.util.Arrays;

/**
 * A loss thinned for drawing: mean, least and greatest of equal spans of its log.
 *
 * @param steps mean step of each span
 * @param means mean of each span
 * @param least smallest value of each span
 * @param greatest largest value of each span
 * @param last mean over the last twentieth of the log, NaN if nothing finite was logged
 */
record Curve(double[] steps, double[] means, double[] least, double[] greatest, double last) {
  private static final int SPANS = 150;
  private static final int LAST_SHARE = 20;

  static Curve of(LossCurves.Series series) {
    int[] finite = new int[series.values().length];
    int n = 0;
    for (int i = 0; i < finite.length; i++) {
      if (Double.isFinite(series.values()[i])) {
        finite[n++] = i;
      }
    }
    int spans = Math.min(n, SPANS);
    double[][] drawn = new double[4][spans];
    for (int s = 0; s < spans; s++) {
      int from = (int) ((long) n * s / spans);
      int to = (int) ((long) n * (s + 1) / spans);
      int[] span = Arrays.copyOfRange(finite, from, to);
      drawn[0][s] = Arrays.stream(span).mapToDouble(i -> series.steps()[i]).average().orElseThrow();
      var values = Arrays.stream(span).mapToDouble(i -> series.values()[i]).summaryStatistics();
      drawn[1][s] = values.getAverage();
      drawn[2][s] = values.getMin();
      drawn[3][s] = values.getMax();
    }
    double last =
        Arrays.stream(finite, n - Math.min(n, Math.max(1, n / LAST_SHARE)), n)
            .mapToDouble(i -> series.values()[i])
            .average()
            .orElse(Double.NaN);
    return new Curve(drawn[0], drawn[1], drawn[2], drawn[3], last);
  }
}

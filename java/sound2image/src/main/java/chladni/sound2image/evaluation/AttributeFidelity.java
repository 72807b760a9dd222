package chladni.sound2image.evaluation;

import java.util.HashMap;
import java.util.Map;

/**
 * How much of a sound's attribute can be read from the generated picture.
 *
 * <p>R² is the squared correlation, the share of variance that the best straight line explains: the
 * attribute of the picture is measured in other units than that of the sound (a height in pixels, a
 * pitch in octaves), so only a line between them is asked for. Squaring would reward a picture that
 * moves the wrong way; R² therefore carries the sign of the correlation and such a picture lowers a
 * mean.
 *
 * <p>Within class means that class means are removed on both sides first. Classes differ in where
 * their motif usually stands; a generator that draws nothing but class means would otherwise be
 * credited with variance it does not know, or be blamed for the differing scales.
 *
 * @param r2 signed square of the correlation, in [−1, 1]; 0 where one side does not vary
 * @param correlation Pearson's r, in [−1, 1]
 * @param clips number of clips compared
 * @param unmeasured clips whose picture showed no measurable attribute (NaN); they count as the
 *     mean of their group, that is as knowing nothing, and are not dropped
 */
public record AttributeFidelity(double r2, double correlation, int clips, int unmeasured) {
  /**
   * Fidelity within classes.
   *
   * @param sound attribute of each sound, finite
   * @param measured the attribute measured in each generated picture; NaN where none was found
   * @param classes class of each clip
   */
  public static AttributeFidelity withinClass(double[] sound, double[] measured, int[] classes) {
    Checks.sameLength("attribute fidelity", "sounds", sound.length, "classes", classes.length);
    Checks.sameLength("attribute fidelity", "sounds", sound.length, "pictures", measured.length);
    double[] x = centred(sound, classes);
    double[] y = centred(measured, classes);
    double xx = 0;
    double yy = 0;
    double xy = 0;
    double size = 0;
    int unmeasured = 0;
    for (int i = 0; i < x.length; i++) {
      if (!Double.isFinite(sound[i])) {
        throw new IllegalArgumentException(
            "attribute fidelity: a sound's attribute must be finite, got %s for clip %d."
                .formatted(sound[i], i));
      }
      unmeasured += Double.isNaN(measured[i]) ? 1 : 0;
      xx += x[i] * x[i];
      yy += y[i] * y[i];
      xy += x[i] * y[i];
      size = Math.max(size, Double.isNaN(measured[i]) ? 0 : Math.abs(measured[i]));
    }
    // What rounding leaves of a constant after its mean is removed is no variance.
    double rounding = Math.ulp(size) * Math.ulp(size) * x.length;
    double r = xx > 0 && yy > rounding ? Math.clamp(xy / Math.sqrt(xx * yy), -1, 1) : 0;
    return new AttributeFidelity(r * Math.abs(r), r, x.length, unmeasured);
  }

  /** Fidelity over all clips as one group, for runs without classes. */
  public static AttributeFidelity global(double[] sound, double[] measured) {
    return withinClass(sound, measured, new int[sound.length]);
  }

  /** Each value less the mean of its class; NaN becomes 0 and has no part in the mean. */
  static double[] centred(double[] values, int[] classes) {
    Map<Integer, double[]> sums = new HashMap<>();
    for (int i = 0; i < values.length; i++) {
      if (!Double.isNaN(values[i])) {
        double[] sum = sums.computeIfAbsent(classes[i], _ -> new double[2]);
        sum[0] += values[i];
        sum[1]++;
      }
    }
    double[] centred = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      if (!Double.isNaN(values[i])) {
        double[] sum = sums.get(classes[i]);
        centred[i] = values[i] - sum[0] / sum[1];
      }
    }
    return centred;
  }
}

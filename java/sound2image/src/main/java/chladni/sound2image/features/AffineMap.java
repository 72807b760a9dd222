package chladni.sound2image.features;

import java.util.Locale;
import java.util.Map;

/**
 * Brings features into [-1, 1], where a U-Net's tanh can reach them (our reading; the paper is
 * silent): one shift and one scale for a whole data set, saved with the network that saw it. Four
 * standard deviations fill the range and what lies outside is clamped.
 */
public record AffineMap(double mean, double deviation) {
  /** Deviations that fill the range on each side of the mean. */
  public static final double RANGE = 4;

  /** Measured on training rows alone. */
  public static AffineMap of(float[][] rows) {
    double sum = 0;
    double squares = 0;
    long n = 0;
    for (float[] row : rows) {
      for (float v : row) {
        sum += v;
        squares += (double) v * v;
        n++;
      }
    }
    double mean = sum / n;
    return new AffineMap(mean, Math.sqrt(Math.max(squares / n - mean * mean, 1e-12)));
  }

  public float apply(float v) {
    return (float) Math.clamp((v - mean) / (RANGE * deviation), -1, 1);
  }

  public float invert(float v) {
    return (float) (v * RANGE * deviation + mean);
  }

  /** As entries of a file's metadata under {@code name}. */
  public void describe(String name, Map<String, String> metadata) {
    metadata.put(name + ".mean", String.format(Locale.ROOT, "%.17g", mean));
    metadata.put(name + ".deviation", String.format(Locale.ROOT, "%.17g", deviation));
  }

  /** From entries made by {@link #describe}. */
  public static AffineMap parse(String name, Map<String, String> metadata) {
    return new AffineMap(
        Double.parseDouble(metadata.get(name + ".mean")),
        Double.parseDouble(metadata.get(name + ".deviation")));
  }
}

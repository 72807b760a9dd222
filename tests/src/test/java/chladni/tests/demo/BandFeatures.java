package chladni.tests.demo;

/**
 * A plain description of a sound: log power in 24 bands over short frames; per band the mean, the
 * spread, the size of the steps between frames, their roughness and their skew, which tells a
 * strike from a swell. The level is divided out.
 */
final class BandFeatures {
  private static final int FRAME = 512;
  private static final int BANDS = 24;

  private BandFeatures() {}

  static double[] of(float[] sound) {
    int frames = sound.length / FRAME;
    double[][] power = new double[frames][BANDS];
    double total = 0;
    for (int f = 0; f < frames; f++) {
      double[] spectrum = powerSpectrum(sound, f * FRAME);
      for (int b = 0; b < BANDS; b++) {
        int end = Math.max(edge(b + 1), edge(b) + 1);
        for (int k = edge(b); k < end; k++) {
          power[f][b] += spectrum[k];
          total += spectrum[k] / frames;
        }
      }
    }
    double[] features = new double[5 * BANDS];
    for (int b = 0; b < BANDS; b++) {
      double[] level = new double[frames];
      for (int f = 0; f < frames; f++) {
        level[f] = Math.log(power[f][b] / total + 1e-5);
      }
      double[] steps = differences(level);
      features[b] = Statistics.mean(level);
      features[BANDS + b] = deviation(level);
      features[2 * BANDS + b] = Math.log(deviation(steps));
      features[3 * BANDS + b] = Math.log(deviation(differences(steps)) / deviation(steps));
      features[4 * BANDS + b] = skew(steps);
    }
    return features;
  }

  /** Band edges, evenly spaced on a logarithmic axis from 170 Hz to 6.5 kHz. */
  private static int edge(int band) {
    return (int) Math.rint(4 * Math.pow(150 / 4.0, band / (double) BANDS));
  }

  private static double[] differences(double[] values) {
    double[] differences = new double[values.length - 1];
    for (int i = 0; i < differences.length; i++) {
      differences[i] = values[i + 1] - values[i];
    }
    return differences;
  }

  private static double deviation(double[] values) {
    double mean = Statistics.mean(values);
    double sum = 0;
    for (double value : values) {
      sum += (value - mean) * (value - mean);
    }
    return Math.sqrt(sum / values.length);
  }

  private static double skew(double[] steps) {
    double sum = 0;
    for (double step : steps) {
      sum += step * step * step;
    }
    return sum / steps.length / Math.pow(deviation(steps), 3);
  }

  /** Radix-2 FFT of a frame under a Hann window. */
  private static double[] powerSpectrum(float[] sound, int start) {
    double[] re = new double[FRAME];
    double[] im = new double[FRAME];
    for (int i = 0; i < FRAME; i++) {
      int reversed = Integer.reverse(i) >>> 32 - 9;
      re[reversed] = sound[start + i] * (0.5 - 0.5 * Math.cos(2 * Math.PI * i / (FRAME - 1)));
    }
    for (int half = 1; half < FRAME; half *= 2) {
      for (int k = 0; k < half; k++) {
        double c = Math.cos(Math.PI * k / half);
        double s = -Math.sin(Math.PI * k / half);
        for (int i = k; i < FRAME; i += 2 * half) {
          int j = i + half;
          double x = re[j] * c - im[j] * s;
          double y = re[j] * s + im[j] * c;
          re[j] = re[i] - x;
          im[j] = im[i] - y;
          re[i] += x;
          im[i] += y;
        }
      }
    }
    double[] power = new double[FRAME / 2];
    for (int k = 0; k < power.length; k++) {
      power[k] = re[k] * re[k] + im[k] * im[k];
    }
    return power;
  }
}

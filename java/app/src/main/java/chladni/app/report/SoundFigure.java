package chladni.app.report;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.math.BigInteger;
import java.util.Arrays;

/** What the page shows and plays of a sound: a short clip at 11 kHz and its spectrogram. */
final class SoundFigure {
  private static final int RATE = 11_025;
  private static final int SECONDS = 6;
  private static final int ZERO_CROSSINGS = 16;
  private static final int FFT = 1024;
  private static final int WIDTH = 240;
  private static final int HEIGHT = 72;
  private static final double LOWEST_HZ = 60;
  private static final double RANGE_DB = 60;
  private static final int SHADES = 32;

  private SoundFigure() {}

  /** The first seconds, low-passed and resampled where the rate is higher than the page's. */
  static Sound excerpt(Sound sound) {
    int from = sound.sampleRate();
    float[] samples = sound.samples();
    int kept = (int) Math.min(samples.length, (long) SECONDS * from);
    if (from <= RATE) {
      return new Sound(from, Arrays.copyOf(samples, kept));
    }
    double ratio = (double) from / RATE;
    int reach = (int) Math.ceil(ZERO_CROSSINGS * ratio);
    // Positions between samples repeat: 22,050 Hz knows one of them, 48,000 Hz 147.
    int phases = RATE / BigInteger.valueOf(from).gcd(BigInteger.valueOf(RATE)).intValue();
    double[][] kernels = new double[phases][];
    float[] out = new float[Math.max(1, (int) (kept / ratio))];
    for (int i = 0; i < out.length; i++) {
      int centre = (int) ((long) i * from / RATE);
      int phase = i % phases;
      if (kernels[phase] == null) {
        kernels[phase] = kernel(i * ratio - centre, reach, ratio);
      }
      int first = Math.max(0, centre - reach);
      int last = Math.min(kept - 1, centre + reach);
      double sum = 0;
      for (int j = first; j <= last; j++) {
        sum += kernels[phase][j - centre + reach] * samples[j];
      }
      out[i] = (float) sum;
    }
    return new Sound(RATE, out);
  }

  /** A windowed sinc of unit sum for a position {@code offset} samples after the centre. */
  private static double[] kernel(double offset, int reach, double ratio) {
    double[] weights = new double[2 * reach + 1];
    double sum = 0;
    for (int k = 0; k < weights.length; k++) {
      double x = (k - reach - offset) / ratio;
      if (Math.abs(x) < ZERO_CROSSINGS) {
        double sinc = x == 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
        weights[k] = sinc * (0.5 + 0.5 * Math.cos(Math.PI * x / ZERO_CROSSINGS));
        sum += weights[k];
      }
    }
    for (int k = 0; k < weights.length; k++) {
      weights[k] /= sum;
    }
    return weights;
  }

  /** Level over time and logarithmic frequency, as sand on a dark plate. */
  static BufferedImage spectrogram(Sound sound) {
    float[] samples = sound.samples();
    double[][] level = new double[WIDTH][HEIGHT];
    double loudest = Double.NEGATIVE_INFINITY;
    double[] re = new double[FFT];
    double[] im = new double[FFT];
    for (int x = 0; x < WIDTH; x++) {
      int start = (int) ((x + 0.5) * samples.length / WIDTH) - FFT / 2;
      for (int i = 0; i < FFT; i++) {
        int at = start + i;
        double window = 0.5 - 0.5 * Math.cos(2 * Math.PI * i / FFT);
        re[i] = at >= 0 && at < samples.length ? window * samples[at] : 0;
        im[i] = 0;
      }
      fft(re, im);
      for (int y = 0; y < HEIGHT; y++) {
        double power = Math.max(power(re, im, bin(y, sound)), power(re, im, bin(y + 0.5, sound)));
        level[x][y] = 10 * Math.log10(power + 1e-12);
        loudest = Math.max(loudest, level[x][y]);
      }
    }
    BufferedImage image =
        new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_BYTE_INDEXED, palette());
    for (int x = 0; x < WIDTH; x++) {
      for (int y = 0; y < HEIGHT; y++) {
        double shade = Math.clamp(1 + (level[x][y] - loudest) / RANGE_DB, 0, 1);
        int index = (int) Math.round(shade * (SHADES - 1));
        image.getRaster().setSample(x, HEIGHT - 1 - y, 0, index);
      }
    }
    return image;
  }

  private static double bin(double y, Sound sound) {
    double nyquist = sound.sampleRate() / 2.0;
    double hertz = LOWEST_HZ * Math.pow(nyquist / LOWEST_HZ, y / (HEIGHT - 1));
    return Math.min(hertz * FFT / sound.sampleRate(), FFT / 2.0 - 1);
  }

  /** Power between two bins, interpolated: the lowest rows share a bin. */
  private static double power(double[] re, double[] im, double bin) {
    int low = (int) bin;
    double share = bin - low;
    double a = re[low] * re[low] + im[low] * im[low];
    double b = re[low + 1] * re[low + 1] + im[low + 1] * im[low + 1];
    return (1 - share) * a + share * b;
  }

  private static IndexColorModel palette() {
    int[][] stops = {
      {0x14, 0x18, 0x1b}, {0x3a, 0x3b, 0x38}, {0xb8, 0x93, 0x52}, {0xfb, 0xf0, 0xd6}
    };
    byte[][] channels = new byte[3][SHADES];
    for (int i = 0; i < SHADES; i++) {
      double at = (double) i / (SHADES - 1) * (stops.length - 1);
      int stop = Math.min((int) at, stops.length - 2);
      for (int c = 0; c < 3; c++) {
        double mixed = stops[stop][c] + (at - stop) * (stops[stop + 1][c] - stops[stop][c]);
        channels[c][i] = (byte) Math.round(mixed);
      }
    }
    return new IndexColorModel(8, SHADES, channels[0], channels[1], channels[2]);
  }

  /** In place, of a power of two. */
  private static void fft(double[] re, double[] im) {
    int n = re.length;
    for (int i = 1, j = 0; i < n; i++) {
      int bit = n >> 1;
      for (; (j & bit) != 0; bit >>= 1) {
        j ^= bit;
      }
      j ^= bit;
      if (i < j) {
        double swap = re[i];
        re[i] = re[j];
        re[j] = swap;
        swap = im[i];
        im[i] = im[j];
        im[j] = swap;
      }
    }
    for (int size = 2; size <= n; size <<= 1) {
      for (int k = 0; k < size / 2; k++) {
        double wr = Math.cos(-2 * Math.PI * k / size);
        double wi = Math.sin(-2 * Math.PI * k / size);
        for (int i = k; i < n; i += size) {
          int j = i + size / 2;
          double r = wr * re[j] - wi * im[j];
          double m = wr * im[j] + wi * re[j];
          re[j] = re[i] - r;
          im[j] = im[i] - m;
          re[i] += r;
          im[i] += m;
        }
      }
    }
  }
}

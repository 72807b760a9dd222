package chladni.sound2image.media;

import java.util.Arrays;

/**
 * Resizes 8-bit pictures as Pillow does (src/libImaging/Resample.c), hence as torchvision's Resize
 * does on a PIL image: the filter is widened when the picture shrinks (antialiasing), coefficients
 * are 22-bit fixed point, and the horizontal pass is rounded to 8 bits before the vertical one.
 */
final class Resampling {
  private static final int PRECISION_BITS = 32 - 8 - 2;
  private static final int HALF = 1 << (PRECISION_BITS - 1);
  private static final int CHANNELS = 3;

  private Resampling() {}

  /** For each output position: where its taps start, how many they are, and their weights. */
  private record Taps(int[] start, int[] count, int[] weights, int stride) {}

  static byte[] resize(byte[] src, int width, int height, int toWidth, int toHeight, Filter f) {
    byte[] wide = width == toWidth ? src : horizontally(src, height, width, toWidth, f);
    return height == toHeight ? wide.clone() : vertically(wide, toWidth, height, toHeight, f);
  }

  private static byte[] horizontally(byte[] src, int height, int from, int to, Filter filter) {
    Taps taps = taps(from, to, filter);
    byte[] dst = new byte[height * to * CHANNELS];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < to; x++) {
        int r = HALF;
        int g = HALF;
        int b = HALF;
        int at = (y * from + taps.start[x]) * CHANNELS;
        int tap = x * taps.stride;
        for (int k = 0; k < taps.count[x]; k++, at += CHANNELS) {
          int weight = taps.weights[tap + k];
          r += (src[at] & 0xff) * weight;
          g += (src[at + 1] & 0xff) * weight;
          b += (src[at + 2] & 0xff) * weight;
        }
        int out = (y * to + x) * CHANNELS;
        dst[out] = clip(r);
        dst[out + 1] = clip(g);
        dst[out + 2] = clip(b);
      }
    }
    return dst;
  }

  private static byte[] vertically(byte[] src, int width, int from, int to, Filter filter) {
    Taps taps = taps(from, to, filter);
    int row = width * CHANNELS;
    byte[] dst = new byte[to * row];
    int[] sums = new int[row];
    for (int y = 0; y < to; y++) {
      Arrays.fill(sums, HALF);
      for (int k = 0; k < taps.count[y]; k++) {
        int weight = taps.weights[y * taps.stride + k];
        int at = (taps.start[y] + k) * row;
        for (int i = 0; i < row; i++) {
          sums[i] += (src[at + i] & 0xff) * weight;
        }
      }
      for (int i = 0; i < row; i++) {
        dst[y * row + i] = clip(sums[i]);
      }
    }
    return dst;
  }

  private static Taps taps(int from, int to, Filter filter) {
    double scale = (double) from / to;
    double widening = Math.max(1, scale);
    double support = filter.support() * widening;
    int stride = (int) Math.ceil(support) * 2 + 1;
    int[] start = new int[to];
    int[] count = new int[to];
    int[] weights = new int[to * stride];
    double[] row = new double[stride];
    for (int x = 0; x < to; x++) {
      double centre = (x + 0.5) * scale;
      int first = Math.max(0, (int) (centre - support + 0.5));
      int end = Math.min(from, (int) (centre + support + 0.5));
      double sum = 0;
      for (int k = 0; k < end - first; k++) {
        row[k] = filter.at((k + first - centre + 0.5) / widening);
        sum += row[k];
      }
      for (int k = 0; k < end - first; k++) {
        double weight = (sum == 0 ? row[k] : row[k] / sum) * (1 << PRECISION_BITS);
        weights[x * stride + k] = (int) (weight < 0 ? weight - 0.5 : weight + 0.5);
      }
      start[x] = first;
      count[x] = end - first;
    }
    return new Taps(start, count, weights, stride);
  }

  private static byte clip(int sum) {
    return (byte) Math.clamp(sum >> PRECISION_BITS, 0, 255);
  }
}

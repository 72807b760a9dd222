package chladni.sound2image.evaluation;

import java.util.Arrays;

/**
 * All pairs of the rows of two matrices. Keys are packed column-wise into tiles that stay in the
 * second-level cache, so that the inner loop runs over neighbouring keys and vectorises without a
 * reassociated sum; partial sums of {@link #DEPTH} terms are floats, their totals doubles.
 */
final class Pairwise {
  static final int KEYS = 256;
  private static final int QUERIES = 64;
  private static final int DEPTH = 256;

  private Pairwise() {}

  /** Receives the values of one query against neighbouring keys. */
  interface Sink {
    /**
     * @param values of (query, firstKey + i) at index i; reused after the call
     */
    void accept(int query, int firstKey, int keys, double[] values);
  }

  private interface Kernel {
    void add(float[] query, int from, int depth, float[] packed, float[] sums);
  }

  /** Σ (q − k)², by differences: no cancellation when the two are close. */
  static void squaredDistances(FloatMatrix queries, FloatMatrix keys, Sink sink) {
    run(queries, keys, sink, Pairwise::addSquaredDifferences);
  }

  /** Σ q · k. */
  static void dots(FloatMatrix queries, FloatMatrix keys, Sink sink) {
    run(queries, keys, sink, Pairwise::addProducts);
  }

  private static void run(FloatMatrix queries, FloatMatrix keys, Sink sink, Kernel kernel) {
    if (queries.columns() != keys.columns()) {
      throw new IllegalArgumentException(
          "pairs of vectors: both must have the same width, got %d and %d. Compare the same layer."
              .formatted(queries.columns(), keys.columns()));
    }
    int width = queries.columns();
    float[] packed = new float[DEPTH * KEYS];
    float[] sums = new float[KEYS];
    double[][] totals = new double[QUERIES][KEYS];
    for (int firstQuery = 0; firstQuery < queries.rows(); firstQuery += QUERIES) {
      int nq = Math.min(QUERIES, queries.rows() - firstQuery);
      for (int firstKey = 0; firstKey < keys.rows(); firstKey += KEYS) {
        int nk = Math.min(KEYS, keys.rows() - firstKey);
        for (int q = 0; q < nq; q++) {
          Arrays.fill(totals[q], 0);
        }
        for (int first = 0; first < width; first += DEPTH) {
          int depth = Math.min(DEPTH, width - first);
          pack(keys, firstKey, nk, first, depth, packed);
          for (int q = 0; q < nq; q++) {
            Arrays.fill(sums, 0);
            int from = (firstQuery + q) * width + first;
            kernel.add(queries.values(), from, depth, packed, sums);
            double[] total = totals[q];
            for (int k = 0; k < KEYS; k++) {
              total[k] += sums[k];
            }
          }
        }
        for (int q = 0; q < nq; q++) {
          sink.accept(firstQuery + q, firstKey, nk, totals[q]);
        }
      }
    }
  }

  private static void pack(
      FloatMatrix keys, int firstKey, int nk, int first, int depth, float[] packed) {
    float[] values = keys.values();
    for (int k = 0; k < nk; k++) {
      int from = (firstKey + k) * keys.columns() + first;
      for (int d = 0; d < depth; d++) {
        packed[d * KEYS + k] = values[from + d];
      }
    }
  }

  private static void addSquaredDifferences(
      float[] query, int from, int depth, float[] packed, float[] sums) {
    int d = 0;
    for (; d + 4 <= depth; d += 4) {
      float q0 = query[from + d];
      float q1 = query[from + d + 1];
      float q2 = query[from + d + 2];
      float q3 = query[from + d + 3];
      int at = d * KEYS;
      for (int k = 0; k < KEYS; k++) {
        float e0 = q0 - packed[at + k];
        float e1 = q1 - packed[at + KEYS + k];
        float e2 = q2 - packed[at + 2 * KEYS + k];
        float e3 = q3 - packed[at + 3 * KEYS + k];
        sums[k] += e0 * e0 + e1 * e1 + (e2 * e2 + e3 * e3);
      }
    }
    for (; d < depth; d++) {
      float q = query[from + d];
      for (int k = 0; k < KEYS; k++) {
        float e = q - packed[d * KEYS + k];
        sums[k] += e * e;
      }
    }
  }

  private static void addProducts(
      float[] query, int from, int depth, float[] packed, float[] sums) {
    int d = 0;
    for (; d + 4 <= depth; d += 4) {
      float q0 = query[from + d];
      float q1 = query[from + d + 1];
      float q2 = query[from + d + 2];
      float q3 = query[from + d + 3];
      int at = d * KEYS;
      for (int k = 0; k < KEYS; k++) {
        sums[k] +=
            q0 * packed[at + k]
                + q1 * packed[at + KEYS + k]
                + (q2 * packed[at + 2 * KEYS + k] + q3 * packed[at + 3 * KEYS + k]);
      }
    }
    for (; d < depth; d++) {
      float q = query[from + d];
      for (int k = 0; k < KEYS; k++) {
        sums[k] += q * packed[d * KEYS + k];
      }
    }
  }
}

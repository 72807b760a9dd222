package chladni.engine.backend.reference;

import chladni.engine.graph.Dropout;
import chladni.engine.nn.Philox;

/** Dropout: see {@link Dropout} for how an element finds its random word. */
final class Randomness {
  private Randomness() {}

  static double[] dropout(Dropout op, double[] x, int counter) {
    double[] dst = new double[x.length];
    int[] words = new int[4];
    int seedLow = (int) op.seed();
    int seedHigh = (int) (op.seed() >>> 32);
    for (int i = 0; i < x.length; i++) {
      if (i % 4 == 0) {
        Philox.block(i / 4, 0, counter, op.stream(), seedLow, seedHigh, words);
      }
      boolean kept = (words[i % 4] >>> 8) * 0x1p-24 >= op.p();
      dst[i] = kept ? x[i] / (1 - op.p()) : 0;
    }
    return dst;
  }
}

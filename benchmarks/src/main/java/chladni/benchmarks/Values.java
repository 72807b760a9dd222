package chladni.benchmarks;

import java.util.SplittableRandom;

/** Inputs that are neither constant nor denormal. */
final class Values {
  private Values() {}

  static float[] of(long count, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] values = new float[Math.toIntExact(count)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextDouble(-1, 1);
    }
    return values;
  }
}

package chladni.engine.backend.reference;

import chladni.engine.backend.Precision;

/** Conversions between the number formats of callers and the doubles of this backend. */
final class Numbers {
  private Numbers() {}

  static double[] toDoubles(float[] values) {
    double[] result = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      result[i] = values[i];
    }
    return result;
  }

  static float[] toFloats(double[] values) {
    float[] result = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      result[i] = (float) values[i];
    }
    return result;
  }

  static int[] toInts(double[] values) {
    int[] result = new int[values.length];
    for (int i = 0; i < values.length; i++) {
      result[i] = (int) values[i];
    }
    return result;
  }

  /** The same array, its elements rounded in place to what the precision can hold. */
  static double[] rounded(double[] values, Precision precision) {
    if (precision == Precision.FP32) {
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) values[i];
      }
    }
    return values;
  }
}

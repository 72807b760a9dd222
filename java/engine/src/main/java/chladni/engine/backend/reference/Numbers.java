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
    if (precision != Precision.FP64) {
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) values[i];
      }
    }
    return values;
  }

  /** What a product takes instead of these values. */
  static double[] operand(double[] values, Precision precision) {
    if (precision != Precision.BF16) {
      return values;
    }
    double[] result = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      result[i] = bfloat16((float) values[i]);
    }
    return result;
  }

  /** The nearest number with 8 bits of significand; of two the one whose last bit is 0. */
  static float bfloat16(float value) {
    int bits = Float.floatToRawIntBits(value);
    int even = bits >>> 16 & 1;
    return Float.isNaN(value)
        ? value
        : Float.intBitsToFloat(bits + 0x7fff + even & 0xffff_0000);
  }
}

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
    return switch (precision) {
      case FP64, FP32 -> values;
      case TF32 -> without(13, values);
      case BF16 -> without(16, values);
    };
  }

  /** The nearest numbers whose last bits are 0; of two the one with the next bit 0 as well. */
  private static double[] without(int last, double[] values) {
    double[] result = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      int bits = Float.floatToRawIntBits((float) values[i]);
      int half = (1 << last - 1) - 1 + (bits >>> last & 1);
      result[i] =
          Double.isNaN(values[i])
              ? values[i]
              : Float.intBitsToFloat(bits + half & -1 << last);
    }
    return result;
  }
}

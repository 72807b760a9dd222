package chladni.tests.ops;

import chladni.engine.graph.DType;
import chladni.engine.graph.Shape;
import chladni.engine.graph.TensorType;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * One operand of a case: its type and where its values lie. FLOAT values are 32-bit numbers, so that
 * all precisions start from the same.
 */
record Operand(TensorType type, Values values) {
  /** Fills an operand; the same source of numbers gives the same values. */
  @FunctionalInterface
  interface Values {
    void fill(double[] dst, SplittableRandom random);
  }

  double[] sample(SplittableRandom random) {
    double[] dst = new double[Math.toIntExact(type.shape().elements())];
    values.fill(dst, random);
    if (differentiable()) {
      Arrays.setAll(dst, i -> (float) dst[i]);
    }
    return dst;
  }

  boolean differentiable() {
    return type.dtype() == DType.FLOAT;
  }

  private static Operand floats(Values values, int... dims) {
    return new Operand(TensorType.floats(Shape.of(dims)), values);
  }

  static Operand uniform(double low, double high, int... dims) {
    return floats(
        (dst, random) -> Arrays.setAll(dst, i -> random.nextDouble(low, high)), dims);
  }

  /** Between -1 and 1. */
  static Operand signed(int... dims) {
    return uniform(-1, 1, dims);
  }

  /** Of either sign and at least 0.1 from zero, where many operations have a kink. */
  static Operand awayFromZero(int... dims) {
    return floats(
        (dst, random) ->
            Arrays.setAll(
                dst, i -> random.nextDouble(0.1, 2) * (random.nextBoolean() ? 1 : -1)),
        dims);
  }

  /** Multiples of 1/4 plus an offset: two operands with other offsets never tie, equal ones often. */
  static Operand lattice(double offset, int... dims) {
    return floats(
        (dst, random) -> Arrays.setAll(dst, i -> offset + 0.25 * random.nextInt(-6, 7)), dims);
  }

  /** Evenly spaced values in random order: every comparison is decided by more than a step. */
  static Operand distinct(int... dims) {
    return floats(
        (dst, random) -> {
          Arrays.setAll(dst, i -> 4.0 * (i + 0.5) / dst.length - 2);
          for (int i = dst.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            double swapped = dst[i];
            dst[i] = dst[j];
            dst[j] = swapped;
          }
        },
        dims);
  }

  /** These values, over and over. */
  static Operand listed(double[] list, int... dims) {
    return floats((dst, _) -> Arrays.setAll(dst, i -> list[i % list.length]), dims);
  }

  /** INT32 from low to high, both included. */
  static Operand ints(int low, int high, int... dims) {
    return new Operand(
        TensorType.ints(Shape.of(dims)),
        (dst, random) -> Arrays.setAll(dst, i -> random.nextLong(low, high + 1L)));
  }
}

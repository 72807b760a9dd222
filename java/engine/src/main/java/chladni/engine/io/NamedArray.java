package chladni.engine.io;

import java.util.Arrays;
import java.util.Objects;

/**
 * One array to be written: row-major values, not copied, so they must not change until the write
 * has returned. An empty shape is a scalar.
 */
public sealed interface NamedArray {
  String name();

  long[] shape();

  DiskType type();

  static NamedArray of(String name, long[] shape, float[] values) {
    return new Floats(name, shape, values);
  }

  static NamedArray of(String name, long[] shape, double[] values) {
    return new Doubles(name, shape, values);
  }

  static NamedArray of(String name, long[] shape, int[] values) {
    return new Ints(name, shape, values);
  }

  static NamedArray of(String name, long[] shape, short[] values) {
    return new Shorts(name, shape, values);
  }

  static NamedArray of(String name, long[] shape, byte[] values) {
    return new Bytes(name, shape, values);
  }

  /** Written as F32. */
  record Floats(String name, long[] shape, float[] values) implements NamedArray {
    public Floats {
      check(name, shape, values.length);
    }

    @Override
    public DiskType type() {
      return DiskType.F32;
    }
  }

  /** Written as F64. */
  record Doubles(String name, long[] shape, double[] values) implements NamedArray {
    public Doubles {
      check(name, shape, values.length);
    }

    @Override
    public DiskType type() {
      return DiskType.F64;
    }
  }

  /** Written as I32. */
  record Ints(String name, long[] shape, int[] values) implements NamedArray {
    public Ints {
      check(name, shape, values.length);
    }

    @Override
    public DiskType type() {
      return DiskType.I32;
    }
  }

  /** Written as I16. */
  record Shorts(String name, long[] shape, short[] values) implements NamedArray {
    public Shorts {
      check(name, shape, values.length);
    }

    @Override
    public DiskType type() {
      return DiskType.I16;
    }
  }

  /** Written as U8: a byte of Java stands for its unsigned value. */
  record Bytes(String name, long[] shape, byte[] values) implements NamedArray {
    public Bytes {
      check(name, shape, values.length);
    }

    @Override
    public DiskType type() {
      return DiskType.U8;
    }
  }

  private static void check(String name, long[] shape, int length) {
    Objects.requireNonNull(name, "name");
    long elements = ShapeOnDisk.elements(shape);
    if (elements != length) {
      throw new IllegalArgumentException(
          "array '%s': shape %s must hold as many elements as there are values, got %d and %d. Check the shape."
              .formatted(name, Arrays.toString(shape), elements, length));
    }
  }
}

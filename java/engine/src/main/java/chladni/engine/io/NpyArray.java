package chladni.engine.io;

import java.util.Arrays;

/** A row-major array of floats; an empty shape is a scalar. Neither part is copied. */
public record NpyArray(long[] shape, float[] values) {
  public NpyArray {
    long elements = ShapeOnDisk.elements(shape);
    if (elements != values.length) {
      throw new IllegalArgumentException(
          "npy array: shape %s must hold as many elements as there are values, got %d and %d. Check the shape."
              .formatted(Arrays.toString(shape), elements, values.length));
    }
  }
}

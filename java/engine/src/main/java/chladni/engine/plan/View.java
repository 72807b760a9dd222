package chladni.engine.plan;

import java.util.Arrays;

/**
 * How an iteration space reads or writes a FLOAT buffer: the element at {@code offset +
 * sum(index[i] * strides[i])}, in physical elements. A stride of 0 repeats. Over the space of a
 * packed family ({@link Space#FAMILY}) the stride is 1 for members and 0 for one value that is
 * repeated.
 *
 * @param strides one per axis of the space; not to be changed
 */
public record View(Buffer buffer, long offset, long[] strides) implements Load {
  /** Whether both touch the same element of equal buffers at every point. */
  public boolean sameMap(View other) {
    return offset == other.offset && Arrays.equals(strides, other.strides);
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof View v && buffer.equals(v.buffer) && sameMap(v);
  }

  @Override
  public int hashCode() {
    return (buffer.hashCode() * 31 + Long.hashCode(offset)) * 31 + Arrays.hashCode(strides);
  }

  @Override
  public String toString() {
    return "@%d+%d%s".formatted(buffer.id(), offset, Arrays.toString(strides));
  }
}

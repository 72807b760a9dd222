package chladni.engine.io;

/** Arithmetic on shapes that come from a file, where any product may overflow. */
final class ShapeOnDisk {
  /** Longest float[] or int[] that every JVM allocates. */
  static final long MAX_ARRAY = Integer.MAX_VALUE - 8;

  private ShapeOnDisk() {}

  /** The product of the extents, 1 for a scalar, or -1 if an extent is negative or it overflows. */
  static long elements(long... shape) {
    // A zero extent makes the product 0 whatever the others are, so look for it before multiplying.
    boolean empty = false;
    for (long extent : shape) {
      if (extent < 0) {
        return -1;
      }
      empty |= extent == 0;
    }
    if (empty) {
      return 0;
    }
    long product = 1;
    for (long extent : shape) {
      if (product > Long.MAX_VALUE / extent) {
        return -1;
      }
      product *= extent;
    }
    return product;
  }
}

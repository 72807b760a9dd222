package chladni.engine.plan;

import chladni.engine.graph.Shape;
import java.util.Arrays;

/** Physical strides of dense layouts, one per logical axis. */
public final class Strides {
  private static final int[] CHANNELS_LAST = {0, 2, 3, 1};

  private Strides() {}

  /** The logical axes, outermost in memory first. */
  static int[] order(Shape shape, Layout layout) {
    int[] order = new int[shape.rank()];
    Arrays.setAll(order, i -> i);
    return layout == Layout.CHANNELS_LAST ? CHANNELS_LAST.clone() : order;
  }

  static long[] of(Shape shape, Layout layout) {
    long[] strides = new long[shape.rank()];
    int[] order = order(shape, layout);
    long next = 1;
    for (int i = order.length - 1; i >= 0; i--) {
      strides[order[i]] = next;
      next *= shape.dim(order[i]);
    }
    return strides;
  }

  /** How far neighbours along each axis lie apart in row-major order. */
  public static long[] rowMajor(Shape shape) {
    return of(shape, Layout.ROW_MAJOR);
  }

  /** Whether two dense layouts put every element of this shape at one place. */
  static boolean equivalent(Shape shape, Layout a, Layout b) {
    if (a == b) {
      return true;
    }
    if (a == Layout.PACKED || b == Layout.PACKED) {
      return false;
    }
    return shape.dim(1) == 1 || (long) shape.dim(2) * shape.dim(3) == 1;
  }
}

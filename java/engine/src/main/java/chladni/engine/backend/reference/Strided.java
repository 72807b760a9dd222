package chladni.engine.backend.reference;

import chladni.engine.graph.Shape;

/** Walks a box in row-major order beside an array that is laid out with strides of its own. */
final class Strided {
  private Strided() {}

  /** What happens along one innermost row. */
  @FunctionalInterface
  interface Row {
    /**
     * @param at the row-major position of the row's first element
     * @param other the position of the same element in the strided array
     */
    void visit(int at, int other);
  }

  /** Visits each innermost row of the box {@code dims}; the caller steps along it. */
  static void rows(int[] dims, int offset, int[] strides, Row row) {
    int last = dims.length - 1;
    int[] index = new int[dims.length];
    int at = 0;
    int other = offset;
    while (true) {
      row.visit(at, other);
      at += dims[last];
      int axis = last - 1;
      while (axis >= 0 && ++index[axis] == dims[axis]) {
        other -= (dims[axis] - 1) * strides[axis];
        index[axis--] = 0;
      }
      if (axis < 0) {
        return;
      }
      other += strides[axis];
    }
  }

  /** A row-major box read from a strided array: stride 0 repeats an axis. */
  static double[] gather(double[] src, int[] dims, int offset, int[] strides) {
    int n = dims[dims.length - 1];
    int stride = strides[dims.length - 1];
    int total = 1;
    for (int d : dims) {
      total *= d;
    }
    double[] dst = new double[total];
    rows(
        dims,
        offset,
        strides,
        (at, other) -> {
          for (int i = 0; i < n; i++) {
            dst[at + i] = src[other + i * stride];
          }
        });
    return dst;
  }

  /** Row-major strides. */
  static int[] strides(Shape shape) {
    int[] strides = new int[shape.rank()];
    int stride = 1;
    for (int i = shape.rank() - 1; i >= 0; i--) {
      strides[i] = stride;
      stride *= shape.dim(i);
    }
    return strides;
  }
}

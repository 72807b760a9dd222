package chladni.engine.graph;

import java.util.Arrays;

/**
 * The logical extent of a tensor: pictures are (N, C, H, W), weights (O, I, kH, kW), matrices (rows,
 * columns), a scalar has rank 0. Strides and padding are a backend's business.
 */
public final class Shape {
  /** Rank 0: one element. */
  public static final Shape SCALAR = new Shape();

  private final int[] dims;
  private final long elements;

  private Shape(int... dims) {
    long n = 1;
    for (int d : dims) {
      if (d <= 0) {
        throw new ShapeException(
            "shape %s: every dimension must be at least 1.".formatted(Arrays.toString(dims)));
      }
      n *= d;
      if (n > Integer.MAX_VALUE) {
        throw new ShapeException(
            "shape %s: it may have at most %d elements, as an array of Java. Split it."
                .formatted(Arrays.toString(dims), Integer.MAX_VALUE));
      }
    }
    this.dims = dims;
    this.elements = n;
  }

  /** A shape of these dimensions, outermost first. */
  public static Shape of(int... dims) {
    return dims.length == 0 ? SCALAR : new Shape(dims.clone());
  }

  public int rank() {
    return dims.length;
  }

  /** The extent of an axis; negative axes count from the end. */
  public int dim(int axis) {
    return dims[axis(axis)];
  }

  /** A copy of the dimensions. */
  public int[] dims() {
    return dims.clone();
  }

  /** The number of elements. */
  public long elements() {
    return elements;
  }

  /** {@code axis} counted from the front, after a check that it exists. */
  public int axis(int axis) {
    int a = axis < 0 ? axis + dims.length : axis;
    if (a < 0 || a >= dims.length) {
      throw new ShapeException("shape %s: there is no axis %d.".formatted(this, axis));
    }
    return a;
  }

  /** The index of the element at a place in row-major order. */
  public int[] index(long place) {
    int[] index = new int[dims.length];
    for (int a = dims.length - 1; a >= 0; a--) {
      index[a] = (int) (place % dims[a]);
      place /= dims[a];
    }
    return index;
  }

  /** This shape with another extent on one axis. */
  public Shape with(int axis, int extent) {
    int[] d = dims.clone();
    d[axis(axis)] = extent;
    return new Shape(d);
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof Shape s && Arrays.equals(dims, s.dims);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(dims);
  }

  /** The form of error messages: {@code (8,3,64,64)}. */
  @Override
  public String toString() {
    StringBuilder s = new StringBuilder("(");
    for (int i = 0; i < dims.length; i++) {
      s.append(i == 0 ? "" : ",").append(dims[i]);
    }
    return s.append(')').toString();
  }
}

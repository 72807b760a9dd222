package chladni.engine.graph;

/**
 * How a kernel walks over rows and columns. The kernel's size is the weight's for a convolution and
 * stands in {@link MaxPool2d} for a pooling; a one-dimensional sound lies along the rows with one
 * column.
 */
public record Window(int strideH, int strideW, int padTop, int padLeft, int padBottom, int padRight) {
  public Window {
    if (strideH < 1 || strideW < 1 || padTop < 0 || padLeft < 0 || padBottom < 0 || padRight < 0) {
      throw new ShapeException(
          "window: strides must be at least 1 and padding at least 0, got stride %d,%d and padding %d,%d,%d,%d."
              .formatted(strideH, strideW, padTop, padLeft, padBottom, padRight));
    }
  }

  /** The same stride and padding on all sides. */
  public static Window of(int stride, int padding) {
    return new Window(stride, stride, padding, padding, padding, padding);
  }

  /** Along the rows only. */
  public static Window rows(int stride, int padding) {
    return new Window(stride, 1, padding, 0, padding, 0);
  }

  /** Output rows for so many input rows, rounding down; 0 or less when the kernel does not fit. */
  public int outH(int inH, int kernelH) {
    return Math.floorDiv(inH + padTop + padBottom - kernelH, strideH) + 1;
  }

  /** Output columns for so many input columns, rounding down. */
  public int outW(int inW, int kernelW) {
    return Math.floorDiv(inW + padLeft + padRight - kernelW, strideW) + 1;
  }

  /** The smallest input that gives so many output rows: a transposed convolution's output. */
  public int inH(int outH, int kernelH) {
    return (outH - 1) * strideH - padTop - padBottom + kernelH;
  }

  /** The smallest input that gives so many output columns. */
  public int inW(int outW, int kernelW) {
    return (outW - 1) * strideW - padLeft - padRight + kernelW;
  }
}

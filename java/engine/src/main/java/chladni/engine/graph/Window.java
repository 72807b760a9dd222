package chladni.engine.graph;

/**
 * How a kernel walks over rows and columns. The kernel's size is the weight's for a convolution and
 * stands in {@link MaxPool2d} for a pooling; a one-dimensional sound lies along the rows with one
 * column. Neighbours in the kernel stand {@code dilation} rows or columns apart, 1 for a dense one.
 */
public record Window(
    int strideH,
    int strideW,
    int padTop,
    int padLeft,
    int padBottom,
    int padRight,
    int dilationH,
    int dilationW) {
  public Window {
    if (strideH < 1
        || strideW < 1
        || padTop < 0
        || padLeft < 0
        || padBottom < 0
        || padRight < 0
        || dilationH < 1
        || dilationW < 1) {
      throw new ShapeException(
          "window: strides and dilations must be at least 1 and padding at least 0, got stride %d,%d, padding %d,%d,%d,%d and dilation %d,%d."
              .formatted(
                  strideH, strideW, padTop, padLeft, padBottom, padRight, dilationH, dilationW));
    }
  }

  /** Without dilation. */
  public Window(int strideH, int strideW, int padTop, int padLeft, int padBottom, int padRight) {
    this(strideH, strideW, padTop, padLeft, padBottom, padRight, 1, 1);
  }

  /** The same stride and padding on all sides. */
  public static Window of(int stride, int padding) {
    return new Window(stride, stride, padding, padding, padding, padding);
  }

  /** Along the rows only. */
  public static Window rows(int stride, int padding) {
    return new Window(stride, 1, padding, 0, padding, 0);
  }

  /** This window over every {@code h}-th row and {@code w}-th column. */
  public Window withDilation(int h, int w) {
    return new Window(strideH, strideW, padTop, padLeft, padBottom, padRight, h, w);
  }

  public boolean isDilated() {
    return dilationH > 1 || dilationW > 1;
  }

  /** From the first to the last row under the kernel. */
  public int spanH(int kernelH) {
    return (kernelH - 1) * dilationH + 1;
  }

  /** From the first to the last column under the kernel. */
  public int spanW(int kernelW) {
    return (kernelW - 1) * dilationW + 1;
  }

  /** Output rows for so many input rows, rounding down; 0 or less when the kernel does not fit. */
  public int outH(int inH, int kernelH) {
    return Math.floorDiv(inH + padTop + padBottom - spanH(kernelH), strideH) + 1;
  }

  /** Output columns for so many input columns, rounding down. */
  public int outW(int inW, int kernelW) {
    return Math.floorDiv(inW + padLeft + padRight - spanW(kernelW), strideW) + 1;
  }

  /** The smallest input that gives so many output rows: a transposed convolution's output. */
  public int inH(int outH, int kernelH) {
    return (outH - 1) * strideH - padTop - padBottom + spanH(kernelH);
  }

  /** The smallest input that gives so many output columns. */
  public int inW(int outW, int kernelW) {
    return (outW - 1) * strideW - padLeft - padRight + spanW(kernelW);
  }
}

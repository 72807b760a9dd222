package chladni.engine.graph;

import java.util.stream.IntStream;

/**
 * How a kernel walks over rows and columns. The kernel's size is the weight's for a convolution and
 * stands in the operation for a pooling; a one-dimensional sound lies along the rows with one
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

  public boolean isPadded() {
    return padTop > 0 || padLeft > 0 || padBottom > 0 || padRight > 0;
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

  /** What pooling makes of the first operand (N, C, H, W): no window may lie in padding alone. */
  Shape pooled(Operands in, int kernelH, int kernelW) {
    in.rank(0, 4, "(N,C,H,W)");
    Shape x = in.shape(0);
    in.check(
        kernelH >= 1 && kernelW >= 1,
        "a window has at least one row and column, got %dx%d.",
        kernelH,
        kernelW);
    int oh = outH(x.dim(2), kernelH);
    int ow = outW(x.dim(3), kernelW);
    in.check(
        oh >= 1 && ow >= 1,
        "a window of %dx%d does not fit into %s with %s.",
        kernelH,
        kernelW,
        x,
        this);
    in.check(
        IntStream.range(0, oh)
                .allMatch(o -> meets(o * strideH - padTop, kernelH, dilationH, x.dim(2)))
            && IntStream.range(0, ow)
                .allMatch(o -> meets(o * strideW - padLeft, kernelW, dilationW, x.dim(3))),
        "a window of %dx%d lies in padding alone on %s with %s. Pad less.",
        kernelH,
        kernelW,
        x,
        this);
    return x.with(2, oh).with(3, ow);
  }

  private static boolean meets(int from, int kernel, int dilation, int extent) {
    return IntStream.range(0, kernel)
        .map(k -> from + k * dilation)
        .anyMatch(at -> at >= 0 && at < extent);
  }
}

package chladni.cuda;

import chladni.engine.graph.Shape;

/** The two orders of tensors of rank 4: channels outside of the picture or innermost. */
final class ChannelOrder {
  private ChannelOrder() {}

  /** How far neighbours along each logical axis lie apart. */
  static long[] strides(Shape s, boolean channelsLast) {
    long c = s.dim(1);
    long h = s.dim(2);
    long w = s.dim(3);
    return channelsLast
        ? new long[] {h * w * c, 1, w * c, c}
        : new long[] {c * h * w, h * w, w, 1};
  }

  /** From row-major to O, kH, kW, C. */
  static float[] channelsLast(Shape shape, float[] values) {
    return turned(values, shape.dim(0), shape.dim(1), shape.dim(2) * shape.dim(3));
  }

  /** From O, kH, kW, C to row-major. */
  static float[] rowMajor(Shape shape, float[] values) {
    return turned(values, shape.dim(0), shape.dim(2) * shape.dim(3), shape.dim(1));
  }

  /** Matrices, one behind the other, transposed. */
  private static float[] turned(float[] values, int matrices, int rows, int columns) {
    float[] result = new float[values.length];
    int from = 0;
    for (int m = 0; m < matrices; m++) {
      for (int r = 0; r < rows; r++) {
        for (int c = 0; c < columns; c++) {
          result[(m * columns + c) * rows + r] = values[from++];
        }
      }
    }
    return result;
  }
}

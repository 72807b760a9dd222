package chladni.engine.backend.reference;

import chladni.engine.graph.Conv2d;
import chladni.engine.graph.ConvTranspose2d;
import chladni.engine.graph.ConvWeightGrad;
import chladni.engine.graph.Node;
import chladni.engine.graph.Shape;
import chladni.engine.graph.Window;

/**
 * The three products of one relation. With ih = oh * strideH - padTop + kh * dilationH and iw
 * alike, for every n, group g, o and c of the group, oh, ow, kh, kw whose ih and iw lie inside the
 * picture:
 *
 * <pre>
 *   conv2d            small[n,g,o,oh,ow] += large[n,g,c,ih,iw]  * weight[g,o,c,kh,kw]
 *   convTranspose2d   large[n,g,c,ih,iw] += small[n,g,o,oh,ow]  * weight[g,o,c,kh,kw]
 *   convWeightGrad    weight[g,o,c,kh,kw] += large[n,g,c,ih,iw] * small[n,g,o,oh,ow]
 * </pre>
 *
 * Each walks row by row, so that the innermost loop runs along rows of both pictures.
 */
final class Convolutions {
  private Convolutions() {}

  static double[] conv2d(Conv2d op, Node node, double[] src, double[] weight) {
    double[] dst = Shapes.filled(node.shape(), 0);
    Shape w = node.input(1).shape();
    new Walk(node.input(0).shape(), node.shape(), w.dim(2), w.dim(3), op.window(), op.groups())
        .forEachRow(
            (large, small, tap, length, stride) -> {
              double factor = weight[tap];
              for (int i = 0; i < length; i++) {
                dst[small + i] += src[large + i * stride] * factor;
              }
            });
    return dst;
  }

  static double[] convTranspose2d(ConvTranspose2d op, Node node, double[] src, double[] weight) {
    double[] dst = Shapes.filled(node.shape(), 0);
    Shape w = node.input(1).shape();
    new Walk(node.shape(), node.input(0).shape(), w.dim(2), w.dim(3), op.window(), op.groups())
        .forEachRow(
            (large, small, tap, length, stride) -> {
              double factor = weight[tap];
              for (int i = 0; i < length; i++) {
                dst[large + i * stride] += src[small + i] * factor;
              }
            });
    return dst;
  }

  static double[] convWeightGrad(ConvWeightGrad op, Node node, double[] src, double[] dOut) {
    double[] dst = Shapes.filled(node.shape(), 0);
    Shape x = node.input(0).shape();
    new Walk(x, node.input(1).shape(), op.kernelH(), op.kernelW(), op.window(), op.groups())
        .forEachRow(
            (large, small, tap, length, stride) -> {
              double sum = 0;
              for (int i = 0; i < length; i++) {
                sum += src[large + i * stride] * dOut[small + i];
              }
              dst[tap] += sum;
            });
    return dst;
  }

  /** Where one row of the small picture meets a row of the large one under one weight. */
  @FunctionalInterface
  private interface Row {
    /** Positions of the first pair and the weight, the count of pairs, the step in large. */
    void visit(int large, int small, int tap, int length, int stride);
  }

  /** large (N, C, H, W), small (N, O, oH, oW), weight (O, C / groups, kH, kW). */
  private record Walk(
      Shape large, Shape small, int kernelH, int kernelW, Window window, int groups) {
    void forEachRow(Row row) {
      int channels = large.dim(1);
      int perGroup = channels / groups;
      int h = large.dim(2);
      int w = large.dim(3);
      int outputs = small.dim(1);
      int oh = small.dim(2);
      int ow = small.dim(3);
      for (int n = 0; n < large.dim(0); n++) {
        for (int o = 0; o < outputs; o++) {
          int firstChannel = o / (outputs / groups) * perGroup;
          for (int c = 0; c < perGroup; c++) {
            for (int kh = 0; kh < kernelH; kh++) {
              int down = kh * window.dilationH() - window.padTop();
              int top = first(-down, window.strideH());
              int bottom = end(h - down, window.strideH(), oh);
              for (int y = top; y < bottom; y++) {
                int ih = y * window.strideH() + down;
                int largeRow = ((n * channels + firstChannel + c) * h + ih) * w;
                int smallRow = ((n * outputs + o) * oh + y) * ow;
                for (int kw = 0; kw < kernelW; kw++) {
                  int along = kw * window.dilationW() - window.padLeft();
                  int left = first(-along, window.strideW());
                  int right = end(w - along, window.strideW(), ow);
                  if (left < right) {
                    row.visit(
                        largeRow + left * window.strideW() + along,
                        smallRow + left,
                        ((o * perGroup + c) * kernelH + kh) * kernelW + kw,
                        right - left,
                        window.strideW());
                  }
                }
              }
            }
          }
        }
      }
    }

    /** The first position whose input is not before the picture. */
    private static int first(int before, int stride) {
      return Math.max(0, Math.ceilDiv(before, stride));
    }

    /** One past the last of {@code count} positions whose input lies before {@code extent}. */
    private static int end(int extent, int stride, int count) {
      return Math.min(count, Math.ceilDiv(extent, stride));
    }
  }
}

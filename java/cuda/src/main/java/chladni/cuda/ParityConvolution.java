package chladni.cuda;

import chladni.cuda.ConvolutionGraph.Direction;
import chladni.cuda.ConvolutionGraph.Strided;
import chladni.engine.graph.Shape;
import chladni.engine.graph.Window;
import chladni.engine.plan.Format;
import java.util.ArrayList;
import java.util.List;

/**
 * The transpose of a convolution with strides as transposes without: one for each class of pixels
 * whose coordinates leave the same remainders by the stride. The same taps reach all of a class,
 * every other one with stride 2, so a class has a small weight of its own; its pixels lie apart by
 * the stride, which strides of a tensor say.
 *
 * @param table where the taps of each class begin, and once more where the last end; then the taps
 * @param parts of the classes that have pixels
 */
record ParityConvolution(int[] table, List<Part> parts) {
  /**
   * One class along one axis: its pixel j meets tap u at the pixel {@code j + before - u *
   * dilation} of the smaller side.
   *
   * @param remainder its first pixel of the larger side
   */
  private record Axis(int remainder, int pixels, int taps, int before, int after, int dilation) {
    static Axis of(
        int remainder, int large, int small, List<Integer> taps, int stride, int pad, int spread) {
      int pixels = Math.ceilDiv(large - remainder, stride);
      int n = taps.size();
      if (n == 0) {
        return new Axis(remainder, pixels, 0, 0, 0, 1);
      }
      int dilation = n > 1 ? (taps.get(1) - taps.get(0)) * spread / stride : 1;
      int before = (remainder + pad - taps.getFirst() * spread) / stride;
      int after = small + (n - 1) * dilation - pixels - before;
      return new Axis(remainder, pixels, n, before, after, dilation);
    }
  }

  /**
   * One class.
   *
   * @param firstTap in the list of the table
   */
  record Part(Axis row, Axis column, int firstTap) {
    /** Why cuDNN has no word for it; null where it has. */
    private String refusal() {
      return row.taps == 0 || column.taps == 0
          ? "a pixel meets no tap"
          : row.before < 0 || column.before < 0 || row.after < 0 || column.after < 0
              ? "a class of pixels would need negative padding"
              : null;
    }

    /**
     * As cuDNN is asked for it.
     *
     * @param whole with channels innermost
     */
    ConvolutionGraph.Problem problem(
        Convolution whole, Format leaves, List<ConvolutionGraph.Stage> stages) {
      Shape large = whole.large().buffer().type().shape();
      Shape small = whole.small().buffer().type().shape();
      Shape weight =
          whole.weight().buffer().type().shape().with(2, row.taps).with(3, column.taps);
      long[] pixels = ChannelOrder.strides(large, true);
      pixels[2] *= whole.window().strideH();
      pixels[3] *= whole.window().strideW();
      return new ConvolutionGraph.Problem(
          Direction.DATA,
          new Strided(
              new long[] {large.dim(0), large.dim(1), row.pixels, column.pixels}, pixels, leaves),
          Strided.channelsLast(small, whole.small().format()),
          Strided.channelsLast(weight, whole.weight().format()),
          new Window(
              1, 1, row.before, column.before, row.after, column.after, row.dilation,
              column.dilation),
          stages,
          false);
    }

    /** Where it begins in the larger side, in elements. */
    long offset(Shape large) {
      long[] strides = ChannelOrder.strides(large, true);
      return row.remainder * strides[2] + column.remainder * strides[3];
    }
  }

  static ParityConvolution of(Convolution c) {
    Shape large = c.large().buffer().type().shape();
    Shape small = c.small().buffer().type().shape();
    int width = c.weight().buffer().type().shape().dim(3);
    Window w = c.window();
    TiledConvolution tiled = c.tiled();
    List<Part> parts = new ArrayList<>();
    int first = 0;
    for (int top = 0; top < w.strideH(); top++) {
      for (int left = 0; left < w.strideW(); left++) {
        List<Integer> taps = tiled.live().get(top * w.strideW() + left);
        List<Integer> rows = taps.stream().map(t -> t / width).distinct().toList();
        List<Integer> columns = taps.stream().map(t -> t % width).distinct().toList();
        Axis row =
            Axis.of(top, large.dim(2), small.dim(2), rows, w.strideH(), w.padTop(), w.dilationH());
        Axis column =
            Axis.of(
                left, large.dim(3), small.dim(3), columns, w.strideW(), w.padLeft(),
                w.dilationW());
        if (row.pixels > 0 && column.pixels > 0) {
          parts.add(new Part(row, column, first));
        }
        first += taps.size();
      }
    }
    return new ParityConvolution(tiled.table(), parts);
  }

  /** How many taps all classes have. */
  int taps() {
    return parts.stream().mapToInt(p -> p.row.taps * p.column.taps).sum();
  }

  /** Why this is no way for it; null where it is one. */
  String refusal() {
    return parts.stream().map(Part::refusal).filter(r -> r != null).findFirst().orElse(null);
  }
}

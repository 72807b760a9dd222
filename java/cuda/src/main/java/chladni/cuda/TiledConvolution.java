package chladni.cuda;

import chladni.engine.graph.Shape;
import chladni.engine.graph.Window;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * A convolution as kernels/cuda/conv_tile.cu computes it: as a product of {@code rows} by {@code
 * columns} results, each a sum over {@code depth}, for each class of pixels that the same taps
 * reach.
 *
 * @param live for each class its live taps, those that meet a pixel somewhere; of a weight gradient
 *     one class
 */
record TiledConvolution(
    ConvolutionGraph.Direction direction,
    Shape large,
    Shape small,
    Shape weight,
    long rows,
    long columns,
    long depth,
    List<List<Integer>> live) {
  private static final int BLOCK = 128;

  /** Of k, between two barriers. */
  private static final int DEPTH = 16;

  /** Blocks that fill a card, a few for each multiprocessor. */
  private static final int FULL = 512;

  /** Steps of {@link #DEPTH} that a part shall have at least. */
  private static final int PART = 2;

  private static final int MAX_PARTS = 64;

  /** How a block divides its results; named in the kernel. */
  private record Tile(int rows, int columns) {
    @Override
    public String toString() {
      return rows + "x" + columns;
    }
  }

  private static final Tile GENERAL = new Tile(64, 64);
  private static final Tile FEW_ROWS = new Tile(16, 64);
  private static final Tile FEW_COLUMNS = new Tile(128, 4);

  /**
   * @param large (N, C, H, W)
   * @param small (N, O, oH, oW)
   * @param weight (O, C, kH, kW)
   */
  static TiledConvolution of(
      ConvolutionGraph.Direction direction, Shape large, Shape small, Shape weight, Window w) {
    long n = large.dim(0);
    long c = large.dim(1);
    long o = small.dim(1);
    long pixels = n * small.dim(2) * small.dim(3);
    int taps = weight.dim(2) * weight.dim(3);
    List<Integer> met = taps(meet(large, small, weight, w, 2), meet(large, small, weight, w, 3));
    return switch (direction) {
      case FORWARD ->
          new TiledConvolution(
              direction, large, small, weight, pixels, o, met.size() * c, List.of(met));
      case WEIGHT ->
          new TiledConvolution(
              direction, large, small, weight, o, taps * c, pixels, List.of(met));
      case DATA -> {
        List<List<Integer>> live = new ArrayList<>();
        for (int top = 0; top < w.strideH(); top++) {
          for (int left = 0; left < w.strideW(); left++) {
            live.add(
                taps(
                    reach(large, small, weight, w, 2, top),
                    reach(large, small, weight, w, 3, left)));
          }
        }
        long rows =
            n
                * Math.ceilDiv(large.dim(2), w.strideH())
                * Math.ceilDiv(large.dim(3), w.strideW());
        int most = live.stream().mapToInt(List::size).max().orElseThrow();
        yield new TiledConvolution(direction, large, small, weight, rows, c, most * o, live);
      }
    };
  }

  /** Which taps of an axis, counted by the kernel's width, go together as taps of the window. */
  private static List<Integer> taps(boolean[] rows, boolean[] columns) {
    List<Integer> taps = new ArrayList<>();
    for (int y = 0; y < rows.length; y++) {
      for (int x = 0; x < columns.length; x++) {
        if (rows[y] && columns[x]) {
          taps.add(y * columns.length + x);
        }
      }
    }
    return taps;
  }

  /** Which taps along an axis meet a pixel of the large side, from any pixel of the small one. */
  private static boolean[] meet(Shape large, Shape small, Shape weight, Window w, int axis) {
    boolean[] met = new boolean[weight.dim(axis)];
    for (int tap = 0; tap < met.length; tap++) {
      for (int i = 0; i < small.dim(axis); i++) {
        int at = i * stride(w, axis) - padding(w, axis) + tap * dilation(w, axis);
        met[tap] |= at >= 0 && at < large.dim(axis);
      }
    }
    return met;
  }

  /** Which taps along an axis lead from pixels of the large side with a remainder to the small. */
  private static boolean[] reach(
      Shape large, Shape small, Shape weight, Window w, int axis, int remainder) {
    boolean[] reached = new boolean[weight.dim(axis)];
    for (int tap = 0; tap < reached.length; tap++) {
      for (int at = remainder; at < large.dim(axis); at += stride(w, axis)) {
        int from = at + padding(w, axis) - tap * dilation(w, axis);
        reached[tap] |=
            from >= 0 && from % stride(w, axis) == 0 && from / stride(w, axis) < small.dim(axis);
      }
    }
    return reached;
  }

  private static int stride(Window w, int axis) {
    return axis == 2 ? w.strideH() : w.strideW();
  }

  private static int padding(Window w, int axis) {
    return axis == 2 ? w.padTop() : w.padLeft();
  }

  private static int dilation(Window w, int axis) {
    return axis == 2 ? w.dilationH() : w.dilationW();
  }

  int taps() {
    return weight.dim(2) * weight.dim(3);
  }

  /** Taps that are not only padding for every pixel. */
  int liveTaps() {
    return (int) live.stream().flatMap(List::stream).distinct().count();
  }

  /** Multiplications and additions of the products that are made. */
  long flops() {
    return direction == ConvolutionGraph.Direction.DATA
        ? live.stream().mapToLong(t -> 2 * rows * columns * t.size() * small.dim(1)).sum()
        : direction == ConvolutionGraph.Direction.FORWARD
            ? 2 * rows * columns * depth
            : 2 * rows * columns * depth * liveTaps() / taps();
  }

  private Tile tile() {
    return columns <= FEW_COLUMNS.columns ? FEW_COLUMNS : rows <= 32 ? FEW_ROWS : GENERAL;
  }

  /** The launch, once all memory is there. */
  Supplier<Launch> launch(CudaLowering lowering, Convolution of) {
    Tile tile = tile();
    long tiles =
        Math.ceilDiv(rows, (long) tile.rows) * Math.ceilDiv(columns, (long) tile.columns);
    int classes = live.size();
    // From sizes alone, so that every card adds in one order.
    long steps = Math.ceilDiv(depth, (long) DEPTH);
    int parts = Math.clamp(Math.min(FULL / (tiles * classes), steps / PART), 1, MAX_PARTS);
    long cells = tiles * classes;
    LongSupplier partial =
        parts == 1
            ? () -> 0
            : lowering.scratch(cells * parts * tile.rows * tile.columns * Float.BYTES);
    long arrived = parts == 1 ? 0 : lowering.table(new int[Math.toIntExact(cells)]);
    long table = lowering.table(table());
    return () ->
        lowering.launch(
            kernel(),
            Math.toIntExact(tiles),
            parts,
            classes,
            BLOCK,
            of.arguments()
                .longs(table)
                .longs(of.addresses().toArray())
                .longs(partial.getAsLong(), arrived));
  }

  /**
   * Where the taps of each class begin, and once more where the last end; then the taps. Of a weight
   * gradient 1 for each live tap, 0 for the others.
   */
  int[] table() {
    if (direction == ConvolutionGraph.Direction.WEIGHT) {
      int[] flags = new int[taps()];
      live.getFirst().forEach(tap -> flags[tap] = 1);
      return flags;
    }
    List<Integer> table = new ArrayList<>();
    int from = 0;
    table.add(from);
    for (List<Integer> taps : live) {
      table.add(from += taps.size());
    }
    live.forEach(table::addAll);
    return table.stream().mapToInt(Integer::intValue).toArray();
  }

  private String kernel() {
    return "conv_%s_%s".formatted(direction.name().toLowerCase(Locale.ROOT), tile());
  }

  /** As the listing has it. */
  String name() {
    return liveTaps() == taps()
        ? kernel()
        : "%s with %d of %d taps".formatted(kernel(), liveTaps(), taps());
  }
}

package chladni.tests.ops;

import static chladni.tests.ops.OpCase.Derivative.TWICE;

import chladni.engine.graph.Conv2d;
import chladni.engine.graph.ConvTranspose2d;
import chladni.engine.graph.ConvWeightGrad;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Window;
import java.util.ArrayList;
import java.util.List;

/** Convolutions in their three directions on one list of geometries. */
final class ConvolutionCases {
  private final List<OpCase> cases = new ArrayList<>();

  private ConvolutionCases() {}

  /** Batch, channels and size of the large side, channels of the small side, kernel, window. */
  private record Geometry(
      int n, int c, int h, int w, int o, int kh, int kw, Window window, int groups) {
    Geometry(int n, int c, int h, int w, int o, int kh, int kw, Window window) {
      this(n, c, h, w, o, kh, kw, window, 1);
    }

    int oh() {
      return window.outH(h, kh);
    }

    int ow() {
      return window.outW(w, kw);
    }

    @Override
    public String toString() {
      String plain =
          "(%d,%d,%d,%d) k%dx%d to %d, s%d,%d p%d,%d,%d,%d"
              .formatted(
                  n, c, h, w, kh, kw, o, window.strideH(), window.strideW(), window.padTop(),
                  window.padLeft(), window.padBottom(), window.padRight());
      String dilated =
          window.isDilated() ? " d%d,%d".formatted(window.dilationH(), window.dilationW()) : "";
      return plain + dilated + (groups == 1 ? "" : " in groups " + groups);
    }
  }

  private static final List<Geometry> GEOMETRIES =
      List.of(
          new Geometry(1, 1, 1, 1, 1, 1, 1, Window.of(1, 0)),
          new Geometry(2, 3, 7, 7, 5, 1, 1, Window.of(1, 0)),
          new Geometry(1, 33, 3, 3, 31, 1, 1, Window.of(1, 0)),
          new Geometry(2, 3, 7, 9, 4, 3, 3, Window.of(1, 1)),
          new Geometry(1, 3, 32, 32, 8, 4, 4, Window.of(2, 1)),
          new Geometry(3, 16, 8, 8, 16, 4, 4, Window.of(2, 1)),
          new Geometry(1, 8, 2, 2, 16, 4, 4, Window.of(2, 1)),
          new Geometry(2, 6, 31, 31, 7, 4, 4, Window.of(1, 1)),
          new Geometry(1, 3, 31, 33, 2, 4, 4, Window.of(2, 1)),
          new Geometry(1, 2, 7, 9, 3, 3, 3, Window.of(2, 0)),
          new Geometry(2, 1, 11, 8, 1, 5, 2, Window.of(3, 2)),
          new Geometry(1, 3, 33, 7, 7, 3, 5, new Window(2, 3, 0, 2, 2, 0)),
          new Geometry(2, 2, 5, 5, 3, 2, 3, new Window(1, 2, 1, 0, 0, 2)),
          new Geometry(1, 3, 5, 5, 4, 5, 5, Window.of(1, 0)),
          new Geometry(2, 1, 257, 1, 16, 64, 1, Window.rows(2, 32)),
          new Geometry(1, 7, 67, 1, 5, 8, 1, Window.rows(2, 4)),
          new Geometry(1, 33, 4, 4, 31, 3, 3, Window.of(1, 1)),
          new Geometry(2, 3, 9, 11, 4, 3, 3, Window.of(1, 2).withDilation(2, 2)),
          new Geometry(1, 7, 31, 7, 3, 3, 2, new Window(2, 3, 0, 1, 4, 2).withDilation(3, 2)),
          new Geometry(2, 3, 33, 1, 5, 5, 1, Window.rows(2, 3).withDilation(4, 1)),
          new Geometry(1, 16, 12, 12, 16, 3, 3, Window.of(2, 2).withDilation(2, 2)),
          new Geometry(2, 6, 7, 5, 9, 3, 3, Window.of(1, 1), 3),
          new Geometry(1, 8, 8, 8, 8, 1, 1, Window.of(1, 0), 2),
          new Geometry(2, 32, 7, 7, 64, 3, 3, Window.of(2, 1), 2),
          new Geometry(2, 7, 9, 7, 7, 3, 3, Window.of(1, 1), 7),
          new Geometry(1, 32, 15, 15, 32, 3, 3, Window.of(2, 1), 32),
          new Geometry(2, 33, 8, 3, 33, 3, 3, Window.of(1, 1), 33),
          new Geometry(1, 3, 8, 8, 6, 3, 3, Window.of(1, 1), 3),
          new Geometry(1, 5, 31, 1, 5, 7, 1, Window.rows(3, 2).withDilation(2, 1), 5),
          new Geometry(1, 4, 7, 9, 8, 2, 3, new Window(2, 1, 1, 0, 0, 3).withDilation(1, 2), 4));

  static List<OpCase> all() {
    ConvolutionCases table = new ConvolutionCases();
    GEOMETRIES.forEach(table::convolutions);
    return table.cases;
  }

  private void convolutions(Geometry s) {
    Operand large = Operand.signed(s.n, s.c, s.h, s.w);
    Operand small = Operand.signed(s.n, s.o, s.oh(), s.ow());
    Operand weight = Operand.signed(s.o, s.c / s.groups, s.kh, s.kw);
    cases.add(
        OpCase.of(
            Conv2d.class,
            s.toString(),
            TWICE,
            (_, x) -> Ops.conv2d(x.get(0), x.get(1), s.window, s.groups),
            large,
            weight));
    cases.add(
        OpCase.of(
            ConvTranspose2d.class,
            s.toString(),
            TWICE,
            (_, x) -> Ops.convTranspose2d(x.get(0), x.get(1), s.window, s.groups, s.h, s.w),
            small,
            weight));
    cases.add(
        OpCase.of(
            ConvWeightGrad.class,
            s.toString(),
            TWICE,
            (g, x) -> g.append(new ConvWeightGrad(s.window, s.groups, s.kh, s.kw), x),
            large,
            small));
  }
}

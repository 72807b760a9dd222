package chladni.tests.ops;

import static chladni.tests.ops.OpCase.Derivative.NONE;
import static chladni.tests.ops.OpCase.Derivative.TWICE;

import chladni.engine.graph.MaxPool2d;
import chladni.engine.graph.MaxPool2dGrad;
import chladni.engine.graph.MaxPool2dPick;
import chladni.engine.graph.Op;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Resample2d;
import chladni.engine.graph.Resample2dGrad;
import chladni.engine.graph.Resampling;
import chladni.engine.graph.Shape;
import chladni.engine.graph.Window;
import chladni.engine.graph.WindowSpread2d;
import chladni.engine.graph.WindowSum2d;
import java.util.ArrayList;
import java.util.List;

/** Pooling under windows that overlap, leave gaps or reach into padding, and resampling. */
final class WindowCases {
  private final List<OpCase> cases = new ArrayList<>();

  private WindowCases() {}

  static List<OpCase> all() {
    WindowCases table = new WindowCases();
    WINDOWS.forEach(table::pooling);
    table.averages();
    table.resampling();
    return table.cases;
  }

  /** A picture and the windows over it. */
  private record Geometry(int n, int c, int h, int w, int kh, int kw, Window window) {
    int oh() {
      return window.outH(h, kh);
    }

    int ow() {
      return window.outW(w, kw);
    }

    @Override
    public String toString() {
      return "(%d,%d,%d,%d) k%dx%d, s%d,%d p%d,%d,%d,%d d%d,%d"
          .formatted(
              n, c, h, w, kh, kw, window.strideH(), window.strideW(), window.padTop(),
              window.padLeft(), window.padBottom(), window.padRight(), window.dilationH(),
              window.dilationW());
    }
  }

  private static final List<Geometry> WINDOWS =
      List.of(
          new Geometry(1, 1, 1, 1, 1, 1, Window.of(1, 0)),
          new Geometry(2, 3, 8, 6, 2, 2, Window.of(2, 0)),
          new Geometry(1, 3, 7, 31, 2, 2, Window.of(2, 0)),
          new Geometry(2, 2, 7, 9, 3, 3, Window.of(2, 1)),
          new Geometry(2, 65, 7, 5, 2, 3, Window.of(1, 1)),
          new Geometry(1, 5, 33, 7, 3, 2, new Window(1, 2, 2, 0, 0, 1)),
          new Geometry(1, 7, 65, 1, 8, 1, Window.rows(8, 0)),
          new Geometry(1, 33, 6, 6, 6, 6, Window.of(6, 0)),
          new Geometry(2, 3, 11, 13, 2, 2, Window.of(3, 0)),
          new Geometry(1, 3, 9, 7, 3, 3, Window.of(1, 2).withDilation(2, 2)),
          new Geometry(1, 31, 13, 33, 2, 5, new Window(3, 2, 1, 3, 0, 4).withDilation(2, 3)));

  private void add(Class<? extends Op> op, String name, OpCase.Build build, Operand... operands) {
    cases.add(OpCase.of(op, name, TWICE, build, operands));
  }

  private void pooling(Geometry s) {
    Operand large = Operand.signed(s.n, s.c, s.h, s.w);
    Operand small = Operand.signed(s.n, s.c, s.oh(), s.ow());
    MaxPool2dGrad gradient = new MaxPool2dGrad(s.kh, s.kw, s.window);
    MaxPool2dPick pick = new MaxPool2dPick(s.kh, s.kw, s.window);
    Operand distinct = Operand.distinct(s.n, s.c, s.h, s.w);
    Operand ties = Operand.lattice(0, s.n, s.c, s.h, s.w);
    add(
        MaxPool2d.class,
        s.toString(),
        (_, x) -> Ops.maxPool2d(x.get(0), s.kh, s.kw, s.window),
        distinct);
    add(MaxPool2dGrad.class, s.toString(), (g, x) -> g.append(gradient, x), distinct, small);
    add(MaxPool2dPick.class, s.toString(), (g, x) -> g.append(pick, x), distinct, large);
    cases.add(
        OpCase.of(
            MaxPool2dGrad.class,
            s + " with ties",
            NONE,
            (g, x) -> g.append(gradient, x),
            ties,
            small));
    cases.add(
        OpCase.of(
            MaxPool2dPick.class, s + " with ties", NONE, (g, x) -> g.append(pick, x), ties, large));
    add(
        WindowSum2d.class,
        s.toString(),
        (g, x) -> g.append(new WindowSum2d(s.kh, s.kw, s.window), x),
        large);
    add(
        WindowSpread2d.class,
        s.toString(),
        (g, x) -> g.append(new WindowSpread2d(s.kh, s.kw, s.window, s.h, s.w), x),
        small);
  }

  private void averages() {
    for (boolean padding : new boolean[] {false, true}) {
      add(
          WindowSum2d.class,
          "averaged, padding " + (padding ? "counted" : "left out"),
          (_, x) -> Ops.avgPool2d(x.get(0), 3, 2, new Window(2, 1, 1, 1, 2, 0), padding),
          Operand.signed(2, 3, 7, 31));
    }
  }

  private void resampling() {
    int[][] sizes = {
      {1, 1, 1, 1, 3, 7}, {2, 3, 7, 3, 1, 1}, {1, 7, 31, 33, 33, 31}, {2, 2, 3, 7, 7, 33},
      {1, 33, 7, 5, 3, 8}, {1, 65, 4, 4, 8, 12}, {1, 3, 31, 1, 7, 1}, {2, 1, 9, 6, 3, 2},
    };
    for (Resampling mode : Resampling.values()) {
      for (int[] s : sizes) {
        String name = "%s %s to %dx%d".formatted(mode, Shape.of(s[0], s[1], s[2], s[3]), s[4], s[5]);
        add(
            Resample2d.class,
            name,
            (g, x) -> g.append(new Resample2d(mode, s[4], s[5]), x),
            Operand.signed(s[0], s[1], s[2], s[3]));
        add(
            Resample2dGrad.class,
            name,
            (g, x) -> g.append(new Resample2dGrad(mode, s[2], s[3]), x),
            Operand.signed(s[0], s[1], s[4], s[5]));
      }
    }
  }
}

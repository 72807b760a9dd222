package chladni.tests.ops;

import static chladni.tests.ops.OpCase.Derivative.NONE;
import static chladni.tests.ops.OpCase.Derivative.TWICE;

import chladni.engine.graph.ArgMax;
import chladni.engine.graph.Gather;
import chladni.engine.graph.GatherAlong;
import chladni.engine.graph.Ops;
import chladni.engine.graph.ScatterAdd;
import chladni.engine.graph.ScatterAddAlong;
import chladni.engine.graph.TopK;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Operations with indices along an axis, and those that find indices. */
final class IndexCases {
  private static final double[] SPECIAL = {
    -0.0, 0, 3, Double.NEGATIVE_INFINITY, 3, Double.POSITIVE_INFINITY, -1, 0, Double.NaN, 1,
    Double.NaN
  };

  private final List<OpCase> cases = new ArrayList<>();

  private IndexCases() {}

  static List<OpCase> all() {
    IndexCases table = new IndexCases();
    table.slices();
    table.elements();
    table.outOfRange();
    table.largest();
    return table.cases;
  }

  /** The shape without an axis, with others in its place. */
  private static int[] replaced(int[] shape, int axis, int... by) {
    return IntStream.concat(
            IntStream.concat(Arrays.stream(shape, 0, axis), IntStream.of(by)),
            Arrays.stream(shape, axis + 1, shape.length))
        .toArray();
  }

  private void slices() {
    // The last ones are large enough for threads, in rows and in single elements.
    int[][] shapes = {
      {1}, {7}, {31, 33}, {31, 33}, {3, 7, 5}, {2, 3, 7, 5}, {33, 1021}, {3, 33, 65}
    };
    int[] axes = {0, 0, 0, 1, 1, 2, 0, 2};
    int[][] indices = {{1}, {31}, {3}, {2, 7}, {}, {33}, {5, 31}, {1021}};
    for (int i = 0; i < shapes.length; i++) {
      int[] shape = shapes[i];
      int axis = axes[i];
      int extent = shape[axis];
      String at = " at " + Arrays.toString(indices[i]) + " of axis " + axis;
      Operand index = Operand.ints(0, extent - 1, indices[i]);
      int[] gathered = replaced(shape, axis, indices[i]);
      cases.add(
          OpCase.of(
              Gather.class,
              Arrays.toString(shape) + at,
              TWICE,
              (_, x) -> Ops.gather(x.get(0), x.get(1), axis),
              Operand.signed(shape),
              index));
      cases.add(
          OpCase.of(
              ScatterAdd.class,
              Arrays.toString(gathered) + at + " of " + extent,
              TWICE,
              (_, x) -> Ops.scatterAdd(x.get(0), x.get(1), axis, extent),
              Operand.signed(gathered),
              index));
    }
  }

  private void elements() {
    int[][] shapes = {
      {1}, {7}, {31, 33}, {31, 33}, {3, 7, 5}, {2, 3, 7, 5}, {1021, 65}, {65, 1021}
    };
    int[] axes = {0, 0, 0, 1, 1, 2, 0, 1};
    int[] lengths = {1, 31, 3, 7, 1, 33, 1021, 33};
    for (int i = 0; i < shapes.length; i++) {
      int[] shape = shapes[i];
      int axis = axes[i];
      int extent = shape[axis];
      int[] to = replaced(shape, axis, lengths[i]);
      String name = Arrays.toString(to) + " along axis " + axis + " of " + extent;
      Operand index = Operand.ints(0, extent - 1, to);
      cases.add(
          OpCase.of(
              GatherAlong.class,
              name,
              TWICE,
              (_, x) -> Ops.gatherAlong(x.get(0), x.get(1), axis),
              Operand.signed(shape),
              index));
      cases.add(
          OpCase.of(
              ScatterAddAlong.class,
              name,
              TWICE,
              (_, x) -> Ops.scatterAddAlong(x.get(0), x.get(1), axis, extent),
              Operand.signed(to),
              index));
    }
  }

  /** Indices that are computed in the graph, some of which do not exist. */
  private void outOfRange() {
    Operand index = Operand.ints(-3, 3, 31);
    Operand many = Operand.ints(-3, 3, 31, 7);
    cases.add(
        OpCase.of(
            Gather.class,
            "NaN out of range",
            NONE,
            (_, x) -> Ops.gather(x.get(0), Ops.increment(x.get(1)), 0),
            Operand.signed(3, 7),
            index));
    cases.add(
        OpCase.of(
            GatherAlong.class,
            "NaN out of range",
            NONE,
            (_, x) -> Ops.gatherAlong(x.get(0), Ops.increment(x.get(1)), 0),
            Operand.signed(3, 7),
            many));
    cases.add(
        OpCase.of(
            ScatterAdd.class,
            "nothing out of range",
            TWICE,
            (_, x) -> Ops.scatterAdd(x.get(0), Ops.increment(x.get(1)), 0, 3),
            Operand.signed(31, 7),
            index));
    cases.add(
        OpCase.of(
            ScatterAddAlong.class,
            "nothing out of range",
            TWICE,
            (_, x) -> Ops.scatterAddAlong(x.get(0), Ops.increment(x.get(1)), 0, 3),
            Operand.signed(31, 7),
            many));
  }

  private void largest() {
    int[][] shapes = {{1}, {3}, {33}, {7, 31}, {7, 31}, {2, 3, 7, 5}, {3, 1021, 33}, {65, 1021}};
    int[] axes = {0, 0, 0, 0, 1, 1, 1, 1};
    int[] ks = {1, 3, 7, 2, 31, 1, 3, 1};
    for (int i = 0; i < shapes.length; i++) {
      int[] shape = shapes[i];
      int axis = axes[i];
      int k = ks[i];
      String name = Arrays.toString(shape) + " over axis " + axis;
      boolean keep = i % 2 == 0;
      OpCase.Build argMax = (_, x) -> Ops.argMax(x.get(0), axis, keep);
      OpCase.Build argMin = (_, x) -> Ops.argMin(x.get(0), axis, keep);
      OpCase.Build topK = (_, x) -> Ops.topK(x.get(0), axis, k).indices();
      OpCase.Build values = (_, x) -> Ops.topK(x.get(0), axis, k).values();
      Operand distinct = Operand.distinct(shape);
      Operand ties = Operand.lattice(0, shape);
      Operand special = Operand.listed(SPECIAL, shape);
      cases.add(OpCase.of(ArgMax.class, name, NONE, argMax, distinct));
      cases.add(OpCase.of(ArgMax.class, name + " with ties", NONE, argMax, ties));
      cases.add(OpCase.of(ArgMax.class, name + " with NaN", NONE, argMax, special));
      cases.add(OpCase.of(ArgMax.class, name + " as argMin with NaN", NONE, argMin, special));
      String most = k + " of " + name;
      cases.add(OpCase.of(TopK.class, most, NONE, topK, distinct));
      cases.add(OpCase.of(TopK.class, most + " with ties", NONE, topK, ties));
      cases.add(OpCase.of(TopK.class, most + " with NaN", NONE, topK, special));
      cases.add(OpCase.of(TopK.class, most + " as values", TWICE, values, distinct));
    }
  }
}

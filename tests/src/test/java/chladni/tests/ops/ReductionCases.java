package chladni.tests.ops;

import static chladni.tests.ops.OpCase.Derivative.NONE;
import static chladni.tests.ops.OpCase.Derivative.TWICE;

import chladni.engine.graph.ChannelSum;
import chladni.engine.graph.MatMul;
import chladni.engine.graph.Max;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Sum;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Sums, maxima and matrix products. */
final class ReductionCases {
  private final List<OpCase> cases = new ArrayList<>();

  private ReductionCases() {}

  static List<OpCase> all() {
    ReductionCases table = new ReductionCases();
    table.overAxes();
    table.channels();
    table.products();
    return table.cases;
  }

  private void overAxes() {
    int[][] shapes = {{1}, {33}, {1021}, {31, 7}, {2, 3, 5, 7}, {3, 1, 31, 1}};
    int[][] axes = {{}, {0}, {-1}, {0, 2}, {1, 3}, {1, 2, 3}};
    for (int[] shape : shapes) {
      for (int[] over : axes) {
        if (Arrays.stream(over).allMatch(a -> a < shape.length)) {
          for (boolean keep : new boolean[] {false, true}) {
            overAxes(shape, over, keep);
          }
        }
      }
    }
    cases.add(
        OpCase.of(
            Max.class,
            "ties",
            NONE,
            (_, x) -> Ops.max(x.get(0), false, 1),
            Operand.lattice(0, 7, 31)));
    cases.add(
        OpCase.of(
            Max.class,
            "as minimum",
            TWICE,
            (_, x) -> Ops.min(x.get(0), true, 0, 2),
            Operand.distinct(3, 7, 31)));
    cases.add(
        OpCase.of(
            Sum.class,
            "of a long vector",
            TWICE,
            (_, x) -> Ops.sum(x.get(0)),
            Operand.signed(100_003)));
    cases.add(
        OpCase.of(
            Sum.class,
            "of many rows",
            TWICE,
            (_, x) -> Ops.sum(x.get(0), false, 0),
            Operand.signed(10_007, 3)));
  }

  private void overAxes(int[] shape, int[] over, boolean keep) {
    String name =
        "%s over %s%s"
            .formatted(
                Arrays.toString(shape), Arrays.toString(over), keep ? " with extent 1" : "");
    cases.add(
        OpCase.of(
            Sum.class,
            name,
            TWICE,
            (_, x) -> Ops.sum(x.get(0), keep, over),
            Operand.signed(shape)));
    cases.add(
        OpCase.of(
            Max.class,
            name,
            TWICE,
            (_, x) -> Ops.max(x.get(0), keep, over),
            Operand.distinct(shape)));
  }

  private void channels() {
    int[][] shapes = {{1, 1, 1, 1}, {6, 3, 7, 5}, {12, 33}, {6, 31, 3}, {6, 7, 33, 31}};
    for (int[] shape : shapes) {
      for (int groups : new int[] {1, 2, 3, 6}) {
        if (shape[0] % groups == 0) {
          cases.add(
              OpCase.of(
                  ChannelSum.class,
                  Arrays.toString(shape) + " in groups " + groups,
                  TWICE,
                  (_, x) -> Ops.channelSum(x.get(0), groups),
                  Operand.signed(shape)));
        }
      }
    }
  }

  private void products() {
    int[][] sizes = {{1, 1, 1}, {3, 7, 1}, {1, 33, 7}, {7, 3, 31}, {31, 33, 33}, {2, 1021, 3}};
    for (int[] size : sizes) {
      for (boolean ta : new boolean[] {false, true}) {
        for (boolean tb : new boolean[] {false, true}) {
          int m = size[0];
          int k = size[1];
          int n = size[2];
          cases.add(
              OpCase.of(
                  MatMul.class,
                  "%dx%dx%d%s%s".formatted(m, k, n, ta ? " A^T" : "", tb ? " B^T" : ""),
                  TWICE,
                  (_, x) -> Ops.matmul(x.get(0), x.get(1), ta, tb),
                  ta ? Operand.signed(k, m) : Operand.signed(m, k),
                  tb ? Operand.signed(n, k) : Operand.signed(k, n)));
        }
      }
    }
    int[][][] many = {
      {{1}, {1}}, {{3}, {3}}, {{7}, {1}}, {{2, 3}, {2, 3}}, {{2, 1}, {3}}, {{2, 3}, {}}, {{}, {7}},
    };
    for (int[][] batch : many) {
      for (boolean ta : new boolean[] {false, true}) {
        for (boolean tb : new boolean[] {false, true}) {
          cases.add(
              OpCase.of(
                  MatMul.class,
                  "7x31x3 of %s and %s%s%s"
                      .formatted(
                          Arrays.toString(batch[0]),
                          Arrays.toString(batch[1]),
                          ta ? " A^T" : "",
                          tb ? " B^T" : ""),
                  TWICE,
                  (_, x) -> Ops.matmul(x.get(0), x.get(1), ta, tb),
                  matrices(batch[0], ta ? 31 : 7, ta ? 7 : 31),
                  matrices(batch[1], tb ? 3 : 31, tb ? 31 : 3)));
        }
      }
    }
    cases.add(
        OpCase.of(
            MatMul.class,
            "by itself transposed",
            TWICE,
            (_, x) -> Ops.matmul(x.get(0), x.get(0), false, true),
            Operand.signed(7, 3)));
  }

  private static Operand matrices(int[] batch, int rows, int columns) {
    int[] dims = Arrays.copyOf(batch, batch.length + 2);
    dims[batch.length] = rows;
    dims[batch.length + 1] = columns;
    return Operand.signed(dims);
  }
}

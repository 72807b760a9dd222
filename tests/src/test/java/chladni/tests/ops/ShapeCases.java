package chladni.tests.ops;

import static chladni.tests.ops.OpCase.Derivative.NONE;
import static chladni.tests.ops.OpCase.Derivative.TWICE;

import chladni.engine.graph.BlockSum2d;
import chladni.engine.graph.Broadcast;
import chladni.engine.graph.ChannelBroadcast;
import chladni.engine.graph.Concat;
import chladni.engine.graph.Flip;
import chladni.engine.graph.OneHot;
import chladni.engine.graph.Op;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Pad;
import chladni.engine.graph.Padding;
import chladni.engine.graph.Reshape;
import chladni.engine.graph.Shape;
import chladni.engine.graph.Slice;
import chladni.engine.graph.ToFloat;
import chladni.engine.graph.Transpose;
import chladni.engine.graph.UpsampleNearest2d;
import java.util.ArrayList;
import java.util.List;

/** Operations that move and repeat elements: the result is exact in every precision. */
final class ShapeCases {
  private final List<OpCase> cases = new ArrayList<>();

  private ShapeCases() {}

  static List<OpCase> all() {
    ShapeCases table = new ShapeCases();
    table.broadcasts();
    table.views();
    table.parts();
    table.flips();
    table.pictures();
    table.labels();
    return table.cases;
  }

  private void add(Class<? extends Op> op, String name, OpCase.Build build, Operand... operands) {
    cases.add(OpCase.of(op, name, TWICE, build, operands));
  }

  private void broadcasts() {
    int[][][] pairs = {
      {{}, {31}}, {{1}, {3, 7}}, {{7}, {33, 7}}, {{3, 1}, {3, 31}}, {{3, 1, 7}, {2, 3, 5, 7}},
      {{1, 1, 1, 1}, {2, 3, 1, 33}}, {{2, 1, 5, 1}, {2, 3, 5, 7}}
    };
    for (int[][] pair : pairs) {
      Shape to = Shape.of(pair[1]);
      add(
          Broadcast.class,
          Shape.of(pair[0]) + " to " + to,
          (_, x) -> Ops.broadcast(x.get(0), to),
          Operand.signed(pair[0]));
    }
    add(
        Broadcast.class,
        "of both operands of add",
        (_, x) -> Ops.add(x.get(0), x.get(1)),
        Operand.signed(3, 1, 7),
        Operand.signed(31, 1));
    add(
        ChannelBroadcast.class,
        "(1,3) to pictures",
        (_, x) -> Ops.channelBroadcast(x.get(0), Shape.of(2, 3, 7, 5)),
        Operand.signed(1, 3));
    add(
        ChannelBroadcast.class,
        "(3,7) to groups of 2",
        (_, x) -> Ops.channelBroadcast(x.get(0), Shape.of(6, 7, 1, 31)),
        Operand.signed(3, 7));
    add(
        ChannelBroadcast.class,
        "(2,33) to rows",
        (_, x) -> Ops.channelBroadcast(x.get(0), Shape.of(4, 33)),
        Operand.signed(2, 33));
  }

  private void views() {
    add(
        Reshape.class,
        "(3,14) to (7,1,6)",
        (_, x) -> Ops.reshape(x.get(0), Shape.of(7, 1, 6)),
        Operand.signed(3, 14));
    add(
        Reshape.class,
        "(1,1) to scalar",
        (_, x) -> Ops.reshape(x.get(0), Shape.SCALAR),
        Operand.signed(1, 1));
    add(Reshape.class, "flatten", (_, x) -> Ops.flatten(x.get(0)), Operand.signed(3, 7, 5, 2));
    add(Transpose.class, "matrix", (_, x) -> Ops.transpose(x.get(0)), Operand.signed(31, 33));
    add(Transpose.class, "vector", (_, x) -> Ops.transpose(x.get(0)), Operand.signed(7));
    add(
        Transpose.class,
        "cyclic",
        (_, x) -> Ops.transpose(x.get(0), 2, 0, 1),
        Operand.signed(3, 7, 5));
    add(
        Transpose.class,
        "NCHW to NHWC",
        (_, x) -> Ops.transpose(x.get(0), 0, 2, 3, 1),
        Operand.signed(2, 3, 7, 5));
    add(
        Transpose.class,
        "with axes of extent 1",
        (_, x) -> Ops.transpose(x.get(0), 1, 3, 0, 2),
        Operand.signed(1, 33, 1, 3));
  }

  private void parts() {
    int[] shape = {3, 7, 5, 33};
    for (int axis = 0; axis < shape.length; axis++) {
      int a = axis;
      add(
          Slice.class,
          "axis " + a,
          (_, x) -> Ops.slice(x.get(0), a, 1, 3),
          Operand.signed(shape));
      add(Pad.class, "axis " + a, (_, x) -> Ops.pad(x.get(0), a, 2, 1), Operand.signed(shape));
      int[] other = shape.clone();
      other[a] = 1;
      add(
          Concat.class,
          "axis " + a,
          (_, x) -> Ops.concat(a, x.get(0), x.get(1), x.get(2)),
          Operand.signed(shape),
          Operand.signed(other),
          Operand.signed(shape));
    }
    add(Slice.class, "last", (_, x) -> Ops.slice(x.get(0), 0, 30, 31), Operand.signed(31));
    add(Pad.class, "before only", (_, x) -> Ops.pad(x.get(0), 0, 31, 0), Operand.signed(1));
    add(Pad.class, "after only", (_, x) -> Ops.pad(x.get(0), 1, 0, 7), Operand.signed(3, 1));
    add(
        Concat.class,
        "one node twice",
        (_, x) -> Ops.concat(1, x.get(0), x.get(0)),
        Operand.signed(2, 3));
  }

  private void flips() {
    int[] shape = {3, 7, 5, 33};
    for (int axis = 0; axis < shape.length; axis++) {
      int a = axis;
      add(Flip.class, "axis " + a, (_, x) -> Ops.flip(x.get(0), a), Operand.signed(shape));
    }
    add(Flip.class, "vector", (_, x) -> Ops.flip(x.get(0), 0), Operand.signed(1021));
    add(
        Flip.class,
        "both axes, as one",
        (_, x) -> Ops.scale(Ops.flip(Ops.flip(x.get(0), 0), 1), 3),
        Operand.signed(31, 33));
    add(
        Flip.class,
        "of a part, added to what it flips",
        (_, x) -> Ops.add(x.get(0), Ops.flip(Ops.slice(x.get(0), 1, 0, 1), 0)),
        Operand.signed(31, 7));
    // Index maps that divide an axis which runs backwards.
    add(
        Flip.class,
        "before a reshape",
        (_, x) -> Ops.reshape(Ops.flip(x.get(0), 1), Shape.of(7, 3, 10)),
        Operand.signed(3, 14, 5));
    add(
        Flip.class,
        "before upsampling",
        (_, x) -> Ops.flip(Ops.upsampleNearest2d(Ops.flip(x.get(0), 3), 2), 2),
        Operand.signed(2, 3, 7, 5));
    add(
        Flip.class,
        "under a sum",
        (_, x) -> Ops.sum(Ops.mul(x.get(0), Ops.flip(x.get(0), 1)), false, 1),
        Operand.signed(7, 31));
    for (Padding kind : Padding.values()) {
      add(
          kind == Padding.REFLECT ? Flip.class : kind == Padding.ZERO ? Pad.class : Concat.class,
          "as the margin of pictures: " + kind,
          (_, x) -> Ops.pad2d(x.get(0), kind, 2, 0, 1, 4),
          Operand.signed(2, 3, 7, 5));
      add(
          kind == Padding.REFLECT ? Flip.class : kind == Padding.ZERO ? Pad.class : Concat.class,
          "as the margin of a vector: " + kind,
          (_, x) -> Ops.pad(x.get(0), kind, 0, 3, 30),
          Operand.signed(31));
    }
  }

  private void pictures() {
    for (int factor : new int[] {1, 2, 3}) {
      add(
          UpsampleNearest2d.class,
          "x" + factor,
          (_, x) -> Ops.upsampleNearest2d(x.get(0), factor),
          Operand.signed(2, 3, 7, 11));
      add(
          BlockSum2d.class,
          "/" + factor,
          (_, x) -> Ops.blockSum2d(x.get(0), factor),
          Operand.signed(2, 3, 3 * factor, 31 * factor));
    }
    add(
        UpsampleNearest2d.class,
        "one pixel",
        (_, x) -> Ops.upsampleNearest2d(x.get(0), 2),
        Operand.signed(1, 1, 1, 1));
    add(
        BlockSum2d.class,
        "as average pooling",
        (_, x) -> Ops.averagePool2d(x.get(0), 4),
        Operand.signed(1, 33, 4, 8));
  }

  private void labels() {
    cases.add(
        OpCase.of(
            OneHot.class,
            "with labels out of range",
            NONE,
            (_, x) -> Ops.oneHot(x.get(0), 7),
            Operand.ints(-3, 10, 33)));
    cases.add(
        OpCase.of(
            OneHot.class,
            "one class",
            NONE,
            (_, x) -> Ops.oneHot(x.get(0), 1),
            Operand.ints(0, 2, 3)));
    cases.add(
        OpCase.of(
            ToFloat.class,
            "to 2^24",
            NONE,
            (_, x) -> Ops.toFloat(x.get(0)),
            Operand.ints(-(1 << 24), 1 << 24, 31)));
  }
}

package chladni.tests.ops;

import static chladni.tests.ops.OpCase.Derivative.NONE;
import static chladni.tests.ops.OpCase.Derivative.TWICE;

import chladni.engine.graph.CustomOp;
import chladni.engine.graph.DType;
import chladni.engine.graph.Node;
import chladni.engine.graph.Operands;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Shape;
import chladni.engine.graph.TensorType;
import chladni.engine.graph.Window;
import java.util.List;

/** Operations as users write them, outside of the engine. */
final class CustomCases {
  private CustomCases() {}

  /** sin(omega x), the activation of networks for coordinates. */
  record Sine(double omega) implements CustomOp {
    @Override
    public TensorType infer(Operands in) {
      return in.elementwise(1);
    }

    @Override
    public List<Node> vjp(Node out, Node dOut) {
      return List.of(Ops.mul(dOut, Ops.custom(new SineSlope(omega), out.input(0))));
    }

    @Override
    public void compute(List<Values> in, Result out) {
      Values x = in.getFirst();
      for (long i = 0; i < out.size(); i++) {
        out.set(i, Math.sin(omega * x.get(i)));
      }
    }
  }

  /** The derivative of {@link Sine}, whose own is in verbs again. */
  record SineSlope(double omega) implements CustomOp {
    @Override
    public TensorType infer(Operands in) {
      return in.elementwise(1);
    }

    @Override
    public List<Node> vjp(Node out, Node dOut) {
      Node sine = Ops.custom(new Sine(omega), out.input(0));
      return List.of(Ops.mul(dOut, Ops.scale(sine, -omega * omega)));
    }

    @Override
    public void compute(List<Values> in, Result out) {
      Values x = in.getFirst();
      for (long i = 0; i < out.size(); i++) {
        out.set(i, omega * Math.cos(omega * x.get(i)));
      }
    }
  }

  /** (m), (n) to (m, n): the square of each difference. */
  record PairwiseSquares() implements CustomOp {
    @Override
    public TensorType infer(Operands in) {
      in.floats(2).rank(0, 1, "(m)").rank(1, 1, "(n)");
      return TensorType.floats(Shape.of(in.shape(0).dim(0), in.shape(1).dim(0)));
    }

    @Override
    public List<Node> vjp(Node out, Node dOut) {
      int m = out.shape().dim(0);
      Node difference = Ops.sub(Ops.reshape(out.input(0), Shape.of(m, 1)), out.input(1));
      Node slope = Ops.scale(Ops.mul(dOut, difference), 2);
      return List.of(Ops.sum(slope, false, 1), Ops.neg(Ops.sum(slope, false, 0)));
    }

    @Override
    public void compute(List<Values> in, Result out) {
      Values a = in.get(0);
      Values b = in.get(1);
      for (long i = 0; i < a.size(); i++) {
        for (long j = 0; j < b.size(); j++) {
          double d = a.get(i) - b.get(j);
          out.set(i * b.size() + j, d * d);
        }
      }
    }
  }

  /** FLOAT (k) and INT32 (n) to INT32 (n): the table's values, cut to whole numbers. */
  record WholeLookup() implements CustomOp {
    @Override
    public TensorType infer(Operands in) {
      in.check(
          in.size() == 2 && in.get(1).dtype() == DType.INT32,
          "takes a table and INT32 positions.");
      return TensorType.ints(in.shape(1));
    }

    @Override
    public void compute(List<Values> in, Result out) {
      for (long i = 0; i < out.size(); i++) {
        out.set(i, in.get(0).get((long) in.get(1).get(i)));
      }
    }
  }

  static List<OpCase> all() {
    return List.of(
        OpCase.of(
            CustomOp.class,
            "sine",
            TWICE,
            (_, x) -> Ops.custom(new Sine(1.7), x.get(0)),
            Operand.signed(3, 7)),
        OpCase.of(
            CustomOp.class,
            "sine between convolutions",
            TWICE,
            (_, x) ->
                Ops.conv2d(
                    Ops.custom(new Sine(2), Ops.conv2d(x.get(0), x.get(1), Window.of(1, 1))),
                    x.get(2),
                    Window.of(2, 1)),
            Operand.signed(2, 3, 7, 5),
            Operand.signed(4, 3, 3, 3),
            Operand.signed(2, 4, 3, 3)),
        OpCase.of(
            CustomOp.class,
            "pairs",
            TWICE,
            (_, x) -> Ops.custom(new PairwiseSquares(), x.get(0), x.get(1)),
            Operand.signed(31),
            Operand.signed(7)),
        OpCase.of(
            CustomOp.class,
            "of a view and of a constant",
            TWICE,
            (g, x) ->
                Ops.custom(
                    new PairwiseSquares(),
                    Ops.reshape(Ops.transpose(x.get(0)), Shape.of(21)),
                    g.constant(0.5, Shape.of(3))),
            Operand.signed(3, 7)),
        OpCase.of(
            CustomOp.class,
            "with whole numbers",
            NONE,
            (_, x) -> Ops.custom(new WholeLookup(), x.get(0), x.get(1)),
            Operand.uniform(-9, 9, 5),
            Operand.ints(0, 4, 3, 7)));
  }
}

package chladni.engine.graph;

import java.util.List;

/** The larger of a and b; a tie shares the gradient equally. */
public record Maximum() implements ElementwiseOp {
  @Override
  public TensorType infer(Operands in) {
    return in.elementwise(2);
  }

  @Override
  public List<Node> vjp(Node out, Node dOut) {
    Node half = Ops.scale(Ops.mul(dOut, Ops.equal(out.input(0), out.input(1))), 0.5);
    return List.of(
        Ops.add(Ops.mul(dOut, Ops.greater(out.input(0), out.input(1))), half),
        Ops.add(Ops.mul(dOut, Ops.greater(out.input(1), out.input(0))), half));
  }
}

package chladni.engine.graph;

import java.util.List;

/** {@code a / b}. */
public record Div() implements ElementwiseOp {
  @Override
  public TensorType infer(Operands in) {
    return in.elementwise(2);
  }

  @Override
  public List<Node> vjp(Node out, Node dOut) {
    Node da = Ops.div(dOut, out.input(1));
    return List.of(da, Ops.neg(Ops.mul(da, out)));
  }
}

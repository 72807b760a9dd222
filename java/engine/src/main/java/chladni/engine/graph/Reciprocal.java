package chladni.engine.graph;

import java.util.List;

/** {@code 1 / x}. */
public record Reciprocal() implements ElementwiseOp {
  @Override
  public TensorType infer(Operands in) {
    return in.elementwise(1);
  }

  @Override
  public List<Node> vjp(Node out, Node dOut) {
    return List.of(Ops.neg(Ops.mul(dOut, Ops.mul(out, out))));
  }
}

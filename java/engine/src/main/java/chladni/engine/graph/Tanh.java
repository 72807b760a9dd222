package chladni.engine.graph;

import java.util.List;

/** The hyperbolic tangent. */
public record Tanh() implements ElementwiseOp {
  @Override
  public TensorType infer(Operands in) {
    return in.elementwise(1);
  }

  @Override
  public List<Node> vjp(Node out, Node dOut) {
    return List.of(Ops.mul(dOut, Ops.shift(Ops.neg(Ops.mul(out, out)), 1)));
  }
}

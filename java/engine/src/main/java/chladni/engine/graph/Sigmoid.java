package chladni.engine.graph;

import java.util.List;

/** {@code 1 / (1 + e^-x)}. */
public record Sigmoid() implements ElementwiseOp {
  @Override
  public TensorType infer(Operands in) {
    return in.elementwise(1);
  }

  @Override
  public List<Node> vjp(Node out, Node dOut) {
    return List.of(Ops.mul(dOut, Ops.mul(out, Ops.shift(Ops.neg(out), 1))));
  }
}

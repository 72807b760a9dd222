package chladni.engine.graph;

import java.util.List;

/** {@code e^x - 1}, exact near 0. */
public record Expm1() implements ElementwiseOp {
  @Override
  public TensorType infer(Operands in) {
    return in.elementwise(1);
  }

  @Override
  public List<Node> vjp(Node out, Node dOut) {
    return List.of(Ops.mul(dOut, Ops.shift(out, 1)));
  }
}

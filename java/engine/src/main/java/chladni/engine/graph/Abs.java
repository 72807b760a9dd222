package chladni.engine.graph;

import java.util.List;

/** {@code |x|}; the derivative at 0 is 0. */
public record Abs() implements ElementwiseOp {
  @Override
  public TensorType infer(Operands in) {
    return in.elementwise(1);
  }

  @Override
  public List<Node> vjp(Node out, Node dOut) {
    return List.of(Ops.mul(dOut, Ops.sign(out.input(0))));
  }
}

package chladni.engine.graph;

import java.util.List;

/** {@code a * b}. */
public record Mul() implements ElementwiseOp {
  @Override
  public TensorType infer(Operands in) {
    return in.elementwise(2);
  }

  @Override
  public List<Node> vjp(Node out, Node dOut) {
    return List.of(Ops.mul(dOut, out.input(1)), Ops.mul(dOut, out.input(0)));
  }
}

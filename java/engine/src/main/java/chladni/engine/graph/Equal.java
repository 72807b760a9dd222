package chladni.engine.graph;

import java.util.List;

/** {@code a == b ? 1 : 0}; the derivative is 0. */
public record Equal() implements ElementwiseOp {
  @Override
  public TensorType infer(Operands in) {
    return in.elementwise(2);
  }

  @Override
  public List<Node> vjp(Node out, Node dOut) {
    return Op.noGradient(out);
  }
}

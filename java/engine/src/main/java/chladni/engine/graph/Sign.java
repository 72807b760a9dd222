package chladni.engine.graph;

import java.util.List;

/** -1, 0 or 1; the derivative is 0 everywhere. */
public record Sign() implements ElementwiseOp {
  @Override
  public TensorType infer(Operands in) {
    return in.elementwise(1);
  }

  @Override
  public List<Node> vjp(Node out, Node dOut) {
    return Op.noGradient(out);
  }
}

package chladni.engine.graph;

import java.util.List;

/** The operand itself, through which no gradient passes. */
public record StopGradient() implements ElementwiseOp {
  @Override
  public TensorType infer(Operands in) {
    return in.elementwise(1);
  }

  @Override
  public List<Node> vjp(Node out, Node dOut) {
    return Op.noGradient(out);
  }

  @Override
  public long flops(Node out) {
    return 0;
  }
}

package chladni.engine.graph;

import java.util.List;

/** 1 where x is neither infinite nor NaN, else 0; the derivative is 0. */
public record IsFinite() implements ElementwiseOp {
  @Override
  public TensorType infer(Operands in) {
    return in.elementwise(1);
  }

  @Override
  public List<Node> vjp(Node out, Node dOut) {
    return Op.noGradient(out);
  }
}

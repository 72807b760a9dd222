package chladni.engine.graph;

import java.util.List;

/** {@code log(1 + e^x)} without overflow: {@code max(x, 0) + log1p(e^-|x|)}. */
public record Softplus() implements ElementwiseOp {
  @Override
  public TensorType infer(Operands in) {
    return in.elementwise(1);
  }

  @Override
  public List<Node> vjp(Node out, Node dOut) {
    return List.of(Ops.mul(dOut, Ops.sigmoid(out.input(0))));
  }
}

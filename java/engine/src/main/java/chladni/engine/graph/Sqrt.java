package chladni.engine.graph;

import java.util.List;

/** The square root. */
public record Sqrt() implements ElementwiseOp {
  @Override
  public TensorType infer(Operands in) {
    return in.elementwise(1);
  }

  @Override
  public List<Node> vjp(Node out, Node dOut) {
    return List.of(Ops.div(Ops.scale(dOut, 0.5), out));
  }
}

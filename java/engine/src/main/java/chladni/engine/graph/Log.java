package chladni.engine.graph;

import java.util.List;

/** The natural logarithm. */
public record Log() implements ElementwiseOp {
  @Override
  public TensorType infer(Operands in) {
    return in.elementwise(1);
  }

  @Override
  public List<Node> vjp(Node out, Node dOut) {
    return List.of(Ops.div(dOut, out.input(0)));
  }
}

package chladni.engine.graph;

import java.util.List;

/** An INT32 plus one. */
public record Increment() implements OpaqueOp {
  @Override
  public TensorType infer(Operands in) {
    in.check(in.size() == 1 && in.get(0).dtype() == DType.INT32, "takes one INT32 operand.");
    return in.get(0).type();
  }

  @Override
  public List<Node> vjp(Node out, Node dOut) {
    return Op.noGradient(out);
  }
}

package chladni.engine.graph;

import java.util.List;

/** An INT32 as a FLOAT; exact up to 2^24 in FP32. */
public record ToFloat() implements OpaqueOp {
  @Override
  public TensorType infer(Operands in) {
    in.check(in.size() == 1 && in.get(0).dtype() == DType.INT32, "takes one INT32 operand.");
    return TensorType.floats(in.shape(0));
  }

  @Override
  public List<Node> vjp(Node out, Node dOut) {
    return Op.noGradient(out);
  }
}

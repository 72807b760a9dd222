package chladni.engine.graph;

import java.util.Arrays;
import java.util.List;

/**
 * INT32 labels (...) to FLOAT (..., classes). A label outside 0 to classes - 1 gives a row of zeros.
 */
public record OneHot(int classes) implements OpaqueOp {
  @Override
  public TensorType infer(Operands in) {
    in.check(in.size() == 1 && in.get(0).dtype() == DType.INT32, "takes one INT32 operand.");
    int[] dims = Arrays.copyOf(in.shape(0).dims(), in.shape(0).rank() + 1);
    dims[dims.length - 1] = classes;
    return TensorType.floats(Shape.of(dims));
  }

  @Override
  public List<Node> vjp(Node out, Node dOut) {
    return Op.noGradient(out);
  }
}

package chladni.engine.graph;

import java.util.Arrays;
import java.util.List;

/**
 * {@code condition != 0 ? a : b}, operands in this order. A NaN on the side not taken does not show,
 * neither in the value nor in the gradient.
 */
public record Where() implements ElementwiseOp {
  @Override
  public TensorType infer(Operands in) {
    return in.elementwise(3);
  }

  @Override
  public List<Node> vjp(Node out, Node dOut) {
    Node zero = Ops.zerosLike(dOut);
    return Arrays.asList(
        null, Ops.where(out.input(0), dOut, zero), Ops.where(out.input(0), zero, dOut));
  }
}

package chladni.engine.graph;

import java.util.List;

/**
 * The INT32 index of the largest element along an axis, which stays with extent 1 or goes. A tie
 * goes to the lower index; NaN counts as the largest.
 */
public record ArgMax(int axis, boolean keepDims) implements OpaqueOp {
  @Override
  public TensorType infer(Operands in) {
    in.floats(1);
    return TensorType.ints(Op.reduced(in.shape(0), List.of(axis), keepDims));
  }

  @Override
  public List<Node> vjp(Node out, Node dOut) {
    return Op.noGradient(out);
  }

  @Override
  public long flops(Node out) {
    return out.input(0).shape().elements();
  }
}

package chladni.engine.graph;

import java.util.List;

/**
 * The INT32 indices of the k largest elements along an axis, the largest first. A tie goes to the
 * lower index; NaN counts as the largest.
 */
public record TopK(int axis, int k) implements OpaqueOp {
  @Override
  public TensorType infer(Operands in) {
    in.floats(1);
    int extent = in.shape(0).dim(axis);
    in.check(
        1 <= k && k <= extent,
        "k must lie between 1 and the extent of axis %d, got %d for %s.",
        axis,
        k,
        in.shape(0));
    return TensorType.ints(in.shape(0).with(axis, k));
  }

  @Override
  public List<Node> vjp(Node out, Node dOut) {
    return Op.noGradient(out);
  }

  /** What {@link Ops#topK} yields: two tensors of one shape. */
  public record Result(Node values, Node indices) {}

  @Override
  public long flops(Node out) {
    return out.input(0).shape().elements();
  }
}

package chladni.engine.graph;

import java.util.Arrays;
import java.util.List;

/**
 * One element for each index, at the index's own place on the other axes: {@code numpy}'s {@code
 * take_along_axis}, PyTorch's {@code gather}.
 *
 * @param outside what an index out of range yields: NaN, or 0 in the gradient of {@link
 *     ScatterAddAlong}
 */
public record GatherAlong(int axis, double outside) implements IndexOp {
  @Override
  public TensorType infer(Operands in) {
    in.indexedAlong(axis);
    return TensorType.floats(in.shape(1));
  }

  @Override
  public List<Node> vjp(Node out, Node dOut) {
    return Arrays.asList(Ops.scatterAddAlong(dOut, out.input(1), axis, extent(out)), null);
  }

  @Override
  public int extent(Node node) {
    return node.input(0).shape().dim(axis);
  }
}

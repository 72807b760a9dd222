package chladni.engine.graph;

import java.util.Arrays;
import java.util.List;

/**
 * The transpose of {@link GatherAlong}: zeros of this extent along the axis, to which each element
 * is added at its index. Elements that meet are added in the order of the axis.
 */
public record ScatterAddAlong(int axis, int extent) implements IndexOp {
  @Override
  public TensorType infer(Operands in) {
    in.indexedAlong(axis);
    in.check(
        in.shape(0).equals(in.shape(1)),
        "values and indices must have one shape, got %s and %s.",
        in.shape(0),
        in.shape(1));
    return TensorType.floats(in.shape(0).with(axis, extent));
  }

  @Override
  public List<Node> vjp(Node out, Node dOut) {
    List<Node> in = List.of(dOut, out.input(1));
    return Arrays.asList(out.graph().append(new GatherAlong(axis, 0), in), null);
  }

  @Override
  public int extent(Node node) {
    return extent;
  }

  @Override
  public long flops(Node out) {
    return out.input(0).shape().elements();
  }
}

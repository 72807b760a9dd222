package chladni.engine.graph;

import java.util.List;

/** The part {@code from <= i < to} of one axis. */
public record Slice(int axis, int from, int to) implements ViewOp {
  @Override
  public TensorType infer(Operands in) {
    in.floats(1);
    int extent = in.shape(0).dim(axis);
    in.check(
        0 <= from && from < to && to <= extent,
        "from %d to %d does not lie in axis %d of %s.",
        from,
        to,
        axis,
        in.shape(0));
    return TensorType.floats(in.shape(0).with(axis, to - from));
  }

  @Override
  public List<Node> vjp(Node out, Node dOut) {
    int extent = out.input(0).shape().dim(axis);
    return List.of(Ops.pad(dOut, axis, from, extent - to));
  }
}

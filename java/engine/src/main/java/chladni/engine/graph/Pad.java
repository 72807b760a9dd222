package chladni.engine.graph;

import java.util.List;

/** Zeros before and after the elements of one axis. */
public record Pad(int axis, int before, int after) implements Op {
  @Override
  public TensorType infer(Operands in) {
    in.floats(1);
    in.check(before >= 0 && after >= 0, "padding must be at least 0, got %d and %d.", before, after);
    return TensorType.floats(in.shape(0).with(axis, before + in.shape(0).dim(axis) + after));
  }

  @Override
  public List<Node> vjp(Node out, Node dOut) {
    return List.of(Ops.slice(dOut, axis, before, before + out.input(0).shape().dim(axis)));
  }
}

package chladni.engine.graph;

import java.util.List;

/** One axis in reverse order. */
public record Flip(int axis) implements ViewOp {
  @Override
  public TensorType infer(Operands in) {
    in.floats(1).shape(0).axis(axis);
    return TensorType.floats(in.shape(0));
  }

  @Override
  public List<Node> vjp(Node out, Node dOut) {
    return List.of(Ops.flip(dOut, axis));
  }
}

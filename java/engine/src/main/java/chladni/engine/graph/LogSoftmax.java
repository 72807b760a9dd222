package chladni.engine.graph;

import java.util.List;

/** {@code x - log(sum(e^x))} over one axis, without overflow. */
public record LogSoftmax(int axis) implements OpaqueOp {
  @Override
  public TensorType infer(Operands in) {
    in.floats(1).shape(0).axis(axis);
    return TensorType.floats(in.shape(0));
  }

  @Override
  public List<Node> vjp(Node out, Node dOut) {
    return List.of(Ops.sub(dOut, Ops.mul(Ops.exp(out), Ops.sum(dOut, true, axis))));
  }

  /** Largest, difference, exp and sum, then the result. */
  @Override
  public long flops(Node out) {
    return 5 * out.shape().elements();
  }
}

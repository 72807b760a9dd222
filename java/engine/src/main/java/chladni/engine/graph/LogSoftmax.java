package chladni.engine.graph;

import java.util.List;

/** {@code x - log(sum(e^x))} over the last axis, without overflow. */
public record LogSoftmax() implements Op {
  @Override
  public TensorType infer(Operands in) {
    in.floats(1);
    in.check(in.shape(0).rank() >= 1, "takes at least one axis, got a scalar.");
    return TensorType.floats(in.shape(0));
  }

  @Override
  public List<Node> vjp(Node out, Node dOut) {
    return List.of(Ops.sub(dOut, Ops.mul(Ops.exp(out), Ops.sum(dOut, true, -1))));
  }

  /** Largest, difference, exp and sum, then the result. */
  @Override
  public long flops(Node out) {
    return 5 * out.shape().elements();
  }
}

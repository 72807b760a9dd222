package chladni.engine.graph;

import java.util.List;

/** The sum over some axes, which stay with extent 1 or go. */
public record Sum(List<Integer> axes, boolean keepDims) implements ReductionOp {
  public Sum {
    axes = List.copyOf(axes);
  }

  @Override
  public TensorType infer(Operands in) {
    in.floats(1);
    return TensorType.floats(Op.reduced(in.shape(0), axes, keepDims));
  }

  @Override
  public List<Node> vjp(Node out, Node dOut) {
    Shape from = out.input(0).shape();
    return List.of(Ops.broadcast(Ops.reshape(dOut, Op.reduced(from, axes, true)), from));
  }

  @Override
  public long flops(Node out) {
    return out.input(0).shape().elements();
  }
}

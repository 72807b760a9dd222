package chladni.engine.graph;

import java.util.List;

/** The largest element over some axes; equal ones share the gradient equally. */
public record Max(List<Integer> axes, boolean keepDims) implements ReductionOp {
  public Max {
    axes = List.copyOf(axes);
  }

  @Override
  public TensorType infer(Operands in) {
    in.floats(1);
    return TensorType.floats(Op.reduced(in.shape(0), axes, keepDims));
  }

  @Override
  public List<Node> vjp(Node out, Node dOut) {
    Node x = out.input(0);
    Shape kept = Op.reduced(x.shape(), axes, true);
    Node hit = Ops.equal(x, Ops.broadcast(Ops.reshape(out, kept), x.shape()));
    int[] over = axes.stream().mapToInt(a -> a).toArray();
    Node share = Ops.div(Ops.reshape(dOut, kept), Ops.sum(hit, true, over));
    return List.of(Ops.mul(hit, Ops.broadcast(share, x.shape())));
  }

  @Override
  public long flops(Node out) {
    return out.input(0).shape().elements();
  }
}

package chladni.engine.graph;

import java.util.List;

/**
 * (N, C, ...) to (G, C): the sum over everything but the channel, apart for each of G consecutive
 * parts of the batch.
 */
public record ChannelSum(int groups) implements ReductionOp {
  @Override
  public TensorType infer(Operands in) {
    in.floats(1);
    Shape x = in.shape(0);
    in.check(
        x.rank() >= 2 && groups >= 1 && x.dim(0) % groups == 0,
        "%d groups must divide the batch of %s.",
        groups,
        x);
    return TensorType.floats(Shape.of(groups, x.dim(1)));
  }

  @Override
  public List<Node> vjp(Node out, Node dOut) {
    return List.of(Ops.channelBroadcast(dOut, out.input(0).shape()));
  }

  @Override
  public long flops(Node out) {
    return out.input(0).shape().elements();
  }
}

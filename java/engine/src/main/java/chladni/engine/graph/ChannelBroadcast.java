package chladni.engine.graph;

import java.util.List;

/**
 * (G, C) to (N, C, ...): one value for each channel of each of G consecutive parts of the batch.
 */
public record ChannelBroadcast(Shape shape) implements ViewOp {
  @Override
  public TensorType infer(Operands in) {
    in.floats(1).rank(0, 2, "(groups, channels)");
    Shape s = in.shape(0);
    in.check(
        shape.rank() >= 2 && shape.dim(1) == s.dim(1) && shape.dim(0) % s.dim(0) == 0,
        "%s must have the channels of %s and groups that divide its batch.",
        s,
        shape);
    return TensorType.floats(shape);
  }

  @Override
  public List<Node> vjp(Node out, Node dOut) {
    return List.of(Ops.channelSum(dOut, out.input(0).shape().dim(0)));
  }
}

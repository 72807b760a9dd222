package chladni.engine.graph;

import java.util.Arrays;
import java.util.List;

/**
 * {@code (x - mean) / sqrt(var + eps) * gamma + beta} for x (N, C, ...), mean and var (G, C), gamma and
 * beta (C). mean and var are those of x over each of G consecutive parts of the batch, so the gradient
 * by x is the total one, through both; they themselves receive none. For fixed statistics use
 * {@link Ops#normalize}. Source: Ioffe and Szegedy 2015, algorithm 1.
 */
public record BatchNorm(double eps) implements Op {
  @Override
  public TensorType infer(Operands in) {
    in.floats(5);
    Shape x = in.shape(0);
    in.check(x.rank() >= 2, "x must be (N,C,...), got %s.", x);
    in.rank(1, 2, "(groups, channels)");
    int groups = in.shape(1).dim(0);
    in.check(
        in.shape(1).equals(Shape.of(groups, x.dim(1)))
            && in.shape(2).equals(in.shape(1))
            && x.dim(0) % groups == 0,
        "mean %s and var %s must be (groups, %d) with groups that divide the batch of %s.",
        in.shape(1),
        in.shape(2),
        x.dim(1),
        x);
    Shape c = Shape.of(x.dim(1));
    in.check(
        in.shape(3).equals(c) && in.shape(4).equals(c),
        "gamma %s and beta %s must be %s.",
        in.shape(3),
        in.shape(4),
        c);
    return TensorType.floats(x);
  }

  @Override
  public List<Node> vjp(Node out, Node dOut) {
    Node x = out.input(0);
    Node mean = out.input(1);
    Node gamma = out.input(3);
    Shape s = x.shape();
    int groups = mean.shape().dim(0);
    double count = (double) s.elements() / s.dim(1) / groups;
    Node rstd = Ops.reciprocal(Ops.sqrt(Ops.shift(out.input(2), eps)));
    Node xHat = Ops.mul(Ops.sub(x, Ops.channelBroadcast(mean, s)), Ops.channelBroadcast(rstd, s));
    Node dBeta = Ops.channelSum(dOut, groups);
    Node dGamma = Ops.channelSum(Ops.mul(dOut, xHat), groups);
    Node centred =
        Ops.sub(
            Ops.sub(dOut, Ops.channelBroadcast(Ops.scale(dBeta, 1 / count), s)),
            Ops.mul(xHat, Ops.channelBroadcast(Ops.scale(dGamma, 1 / count), s)));
    Node dx = Ops.mul(Ops.channelBroadcast(Ops.mul(rstd, gamma), s), centred);
    return Arrays.asList(dx, null, null, Ops.sum(dGamma, false, 0), Ops.sum(dBeta, false, 0));
  }

  /** Difference, factor, addend; what is once for each channel does not count. */
  @Override
  public long flops(Node out) {
    return 3 * out.shape().elements();
  }
}

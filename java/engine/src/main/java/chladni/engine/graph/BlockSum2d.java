package chladni.engine.graph;

import java.util.List;

/** The sum of each factor x factor block: (N, C, H, W) gives (N, C, H / f, W / f). */
public record BlockSum2d(int factor) implements ReductionOp {
  @Override
  public TensorType infer(Operands in) {
    in.floats(1).rank(0, 4, "(N,C,H,W)");
    Shape x = in.shape(0);
    in.check(
        factor >= 1 && x.dim(2) % factor == 0 && x.dim(3) % factor == 0,
        "blocks of %d must divide the rows and columns of %s.",
        factor,
        x);
    return TensorType.floats(x.with(2, x.dim(2) / factor).with(3, x.dim(3) / factor));
  }

  @Override
  public List<Node> vjp(Node out, Node dOut) {
    return List.of(Ops.upsampleNearest2d(dOut, factor));
  }

  @Override
  public long flops(Node out) {
    return out.input(0).shape().elements();
  }
}

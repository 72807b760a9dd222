package chladni.engine.graph;

import java.util.List;

/** Each pixel repeated factor x factor times: (N, C, H, W) gives (N, C, H f, W f). */
public record UpsampleNearest2d(int factor) implements ViewOp {
  @Override
  public TensorType infer(Operands in) {
    in.floats(1).rank(0, 4, "(N,C,H,W)");
    in.check(factor >= 1, "the factor must be at least 1, got %d.", factor);
    Shape x = in.shape(0);
    return TensorType.floats(x.with(2, x.dim(2) * factor).with(3, x.dim(3) * factor));
  }

  @Override
  public List<Node> vjp(Node out, Node dOut) {
    return List.of(Ops.blockSum2d(dOut, factor));
  }
}

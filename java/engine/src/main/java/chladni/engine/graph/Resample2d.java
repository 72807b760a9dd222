package chladni.engine.graph;

import java.util.List;

/** Pictures of another size: (N, C, H, W) gives (N, C, outH, outW). */
public record Resample2d(Resampling mode, int outH, int outW) implements SeparableOp {
  @Override
  public TensorType infer(Operands in) {
    return infer(in, outH, outW);
  }

  static TensorType infer(Operands in, int h, int w) {
    in.floats(1).rank(0, 4, "(N,C,H,W)");
    in.check(h >= 1 && w >= 1, "a picture has at least one row and column, asked for %dx%d.", h, w);
    return TensorType.floats(in.shape(0).with(2, h).with(3, w));
  }

  @Override
  public List<Node> vjp(Node out, Node dOut) {
    Shape x = out.input(0).shape();
    Resample2dGrad op = new Resample2dGrad(mode, x.dim(2), x.dim(3));
    return List.of(out.graph().append(op, List.of(dOut)));
  }

  @Override
  public long flops(Node out) {
    return mode.flops() * out.shape().elements();
  }
}

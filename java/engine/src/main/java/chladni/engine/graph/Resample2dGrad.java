package chladni.engine.graph;

import java.util.List;

/**
 * The transpose of {@link Resample2d}: each element of (N, C, outH, outW) goes to those of (N, C,
 * H, W) that it would come from.
 */
public record Resample2dGrad(Resampling mode, int h, int w) implements WindowOp {
  @Override
  public TensorType infer(Operands in) {
    return Resample2d.infer(in, h, w);
  }

  @Override
  public List<Node> vjp(Node out, Node dOut) {
    Shape x = out.input(0).shape();
    Resample2d op = new Resample2d(mode, x.dim(2), x.dim(3));
    return List.of(out.graph().append(op, List.of(dOut)));
  }

  @Override
  public long flops(Node out) {
    return mode.flops() * out.input(0).shape().elements();
  }
}

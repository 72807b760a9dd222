package chladni.engine.graph;

import java.util.List;

/**
 * The transpose of {@link WindowSum2d}: each element of (N, C, oH, oW) is added to all that its
 * window covers of (N, C, outH, outW).
 */
public record WindowSpread2d(int kernelH, int kernelW, Window window, int outH, int outW)
    implements SeparableOp {
  @Override
  public TensorType infer(Operands in) {
    in.floats(1).rank(0, 4, "(N,C,oH,oW)");
    Shape x = in.shape(0);
    in.check(
        window.outH(outH, kernelH) == x.dim(2) && window.outW(outW, kernelW) == x.dim(3),
        "windows of %dx%d over %dx%d with %s are not those of %s.",
        kernelH,
        kernelW,
        outH,
        outW,
        window,
        x);
    return TensorType.floats(x.with(2, outH).with(3, outW));
  }

  @Override
  public List<Node> vjp(Node out, Node dOut) {
    WindowSum2d op = new WindowSum2d(kernelH, kernelW, window);
    return List.of(out.graph().append(op, List.of(dOut)));
  }

  @Override
  public long flops(Node out) {
    return out.input(0).shape().elements() * kernelH * kernelW;
  }
}

package chladni.engine.graph;

import java.util.List;

/** The sum under each window, rounding the output size down; padding is zero. */
public record WindowSum2d(int kernelH, int kernelW, Window window) implements SeparableOp {
  @Override
  public TensorType infer(Operands in) {
    return TensorType.floats(window.pooled(in.floats(1), kernelH, kernelW));
  }

  @Override
  public List<Node> vjp(Node out, Node dOut) {
    Shape x = out.input(0).shape();
    WindowSpread2d op = new WindowSpread2d(kernelH, kernelW, window, x.dim(2), x.dim(3));
    return List.of(out.graph().append(op, List.of(dOut)));
  }

  @Override
  public long flops(Node out) {
    return out.shape().elements() * kernelH * kernelW;
  }
}

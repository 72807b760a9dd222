package chladni.engine.graph;

import java.util.List;

/** The largest element under each window, rounding the output size down; padding never wins. */
public record MaxPool2d(int kernelH, int kernelW, Window window) implements WindowOp {
  @Override
  public TensorType infer(Operands in) {
    return TensorType.floats(window.pooled(in.floats(1), kernelH, kernelW));
  }

  @Override
  public List<Node> vjp(Node out, Node dOut) {
    MaxPool2dGrad op = new MaxPool2dGrad(kernelH, kernelW, window);
    return List.of(out.graph().append(op, List.of(out.input(0), dOut)));
  }

  @Override
  public long flops(Node out) {
    return out.shape().elements() * kernelH * kernelW;
  }
}

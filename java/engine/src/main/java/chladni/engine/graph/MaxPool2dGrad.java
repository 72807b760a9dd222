package chladni.engine.graph;

import java.util.Arrays;
import java.util.List;

/**
 * The gradient of {@link MaxPool2d}: src (N, C, H, W) and dOut (N, C, oH, oW) give (N, C, H, W).
 * Each window passes its gradient to its first largest element in row-major order, as PyTorch does.
 */
public record MaxPool2dGrad(int kernelH, int kernelW, Window window) implements WindowOp {
  @Override
  public TensorType infer(Operands in) {
    Shape pooled = window.pooled(in.floats(2), kernelH, kernelW);
    in.check(
        in.shape(1).equals(pooled),
        "%s pools to %s, got a gradient of %s.",
        in.shape(0),
        pooled,
        in.shape(1));
    return in.get(0).type();
  }

  /** Linear in dOut; src only decides who wins, which no small step changes. */
  @Override
  public List<Node> vjp(Node out, Node dOut) {
    MaxPool2dPick op = new MaxPool2dPick(kernelH, kernelW, window);
    return Arrays.asList(null, out.graph().append(op, List.of(out.input(0), dOut)));
  }

  @Override
  public long flops(Node out) {
    return out.input(1).shape().elements() * kernelH * kernelW;
  }
}

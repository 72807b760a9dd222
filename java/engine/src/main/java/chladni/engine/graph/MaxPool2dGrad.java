package chladni.engine.graph;

import java.util.List;

/**
 * The gradient of {@link MaxPool2d}: src (N, C, H, W) and dOut (N, C, oH, oW) give (N, C, H, W). Each
 * window passes its gradient to its first largest element in row-major order, as PyTorch does.
 */
public record MaxPool2dGrad(int kernelH, int kernelW, Window window) implements Op {
  @Override
  public TensorType infer(Operands in) {
    in.floats(2).rank(0, 4, "(N,C,H,W)").rank(1, 4, "(N,C,oH,oW)");
    return in.get(0).type();
  }

  @Override
  public List<Node> vjp(Node out, Node dOut) {
    throw new GradientException(
        "%s: max pooling has no second derivative here. Use a strided convolution in a network"
                .formatted(out)
            + " whose gradient is differentiated.");
  }

  @Override
  public long flops(Node out) {
    return out.input(1).shape().elements() * kernelH * kernelW;
  }
}

package chladni.engine.graph;

import java.util.Arrays;
import java.util.List;

/**
 * The transpose of {@link MaxPool2dGrad}: src and values, both (N, C, H, W), give (N, C, oH, oW),
 * for each window the value that stands where the first largest element of src does.
 */
public record MaxPool2dPick(int kernelH, int kernelW, Window window) implements WindowOp {
  @Override
  public TensorType infer(Operands in) {
    Shape pooled = window.pooled(in.floats(2), kernelH, kernelW);
    in.check(
        in.shape(1).equals(in.shape(0)),
        "values must have the shape of src, got %s and %s.",
        in.shape(1),
        in.shape(0));
    return TensorType.floats(pooled);
  }

  @Override
  public List<Node> vjp(Node out, Node dOut) {
    MaxPool2dGrad op = new MaxPool2dGrad(kernelH, kernelW, window);
    return Arrays.asList(null, out.graph().append(op, List.of(out.input(0), dOut)));
  }

  @Override
  public long flops(Node out) {
    return out.shape().elements() * kernelH * kernelW;
  }
}

package chladni.engine.graph;

import java.util.List;

/**
 * The gradient of {@link Conv2d} by its weight: src (N, C, H, W) with dOut (N, O, oH, oW) gives (O,
 * C / groups, kH, kW). For a transposed convolution the two change places.
 */
public record ConvWeightGrad(Window window, int groups, int kernelH, int kernelW)
    implements Product {
  @Override
  public TensorType infer(Operands in) {
    in.floats(2).rank(0, 4, "(N,C,H,W)").rank(1, 4, "(N,O,oH,oW)");
    Shape x = in.shape(0);
    Shape d = in.shape(1);
    in.check(
        groups >= 1 && x.dim(1) % groups == 0 && d.dim(1) % groups == 0,
        "groups must be at least 1 and divide the channels, got %d groups, %s and %s.",
        groups,
        x,
        d);
    in.check(
        x.dim(0) == d.dim(0)
            && window.outH(x.dim(2), kernelH) == d.dim(2)
            && window.outW(x.dim(3), kernelW) == d.dim(3),
        "%s does not convolve to %s with kernel %dx%d and %s.",
        x,
        d,
        kernelH,
        kernelW,
        window);
    return TensorType.floats(Shape.of(d.dim(1), x.dim(1) / groups, kernelH, kernelW));
  }

  @Override
  public List<Node> vjp(Node out, Node dOut) {
    Node src = out.input(0);
    Node dst = out.input(1);
    Shape x = src.shape();
    return List.of(
        Ops.convTranspose2d(dst, dOut, window, groups, x.dim(2), x.dim(3)),
        Ops.conv2d(src, dOut, window, groups));
  }

  @Override
  public long flops(Node out) {
    return 2 * out.input(1).shape().elements() * (out.shape().elements() / out.shape().dim(0));
  }
}

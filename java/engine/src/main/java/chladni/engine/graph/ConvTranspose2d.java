package chladni.engine.graph;

import java.util.List;

/**
 * The transpose of {@link Conv2d}, as a layer and as its gradient: src (N, I, h, w) with weight (I,
 * O / groups, kH, kW) gives (N, O, outH, outW). The output size is stated, since several sizes
 * convolve to (h, w).
 */
public record ConvTranspose2d(Window window, int groups, int outH, int outW) implements Product {
  @Override
  public TensorType infer(Operands in) {
    in.floats(2).rank(0, 4, "(N,I,h,w)").rank(1, 4, "(I,O/groups,kH,kW)");
    Shape x = in.shape(0);
    Shape w = in.shape(1);
    Conv2d.checkGroups(in, groups, w);
    in.check(
        x.dim(1) == w.dim(0),
        "input channels must equal the weight's first axis, got %d of %s and %d of %s. Check the skip concat.",
        x.dim(1),
        x,
        w.dim(0),
        w);
    in.check(
        window.outH(outH, w.dim(2)) == x.dim(2) && window.outW(outW, w.dim(3)) == x.dim(3),
        "an output of %dx%d does not convolve back to %s with kernel %dx%d and %s.",
        outH,
        outW,
        x,
        w.dim(2),
        w.dim(3),
        window);
    return TensorType.floats(Shape.of(x.dim(0), w.dim(1) * groups, outH, outW));
  }

  @Override
  public List<Node> vjp(Node out, Node dOut) {
    Node src = out.input(0);
    Node weight = out.input(1);
    Shape w = weight.shape();
    return List.of(
        Ops.conv2d(dOut, weight, window, groups),
        Ops.convWeightGrad(dOut, src, window, groups, w.dim(2), w.dim(3)));
  }

  @Override
  public long flops(Node out) {
    Shape w = out.input(1).shape();
    return 2 * out.input(0).shape().elements() * (w.elements() / w.dim(0));
  }
}

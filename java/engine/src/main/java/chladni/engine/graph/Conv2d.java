package chladni.engine.graph;

import java.util.List;

/**
 * Cross-correlation: src (N, C, H, W) with weight (O, C / groups, kH, kW) gives (N, O, oH, oW).
 * Each of the groups of output channels sees its own C / groups input channels; depthwise is groups
 * = C.
 */
public record Conv2d(Window window, int groups) implements Product {
  @Override
  public TensorType infer(Operands in) {
    in.floats(2).rank(0, 4, "(N,C,H,W)").rank(1, 4, "(O,C/groups,kH,kW)");
    Shape x = in.shape(0);
    Shape w = in.shape(1);
    checkGroups(in, groups, w);
    in.check(
        x.dim(1) == w.dim(1) * groups,
        "input channels must equal weight channels%s, got %d of %s and %d of %s. Check the skip concat.",
        times(groups),
        x.dim(1),
        x,
        w.dim(1),
        w);
    int oh = window.outH(x.dim(2), w.dim(2));
    int ow = window.outW(x.dim(3), w.dim(3));
    in.check(
        oh >= 1 && ow >= 1,
        "kernel %dx%d does not fit into %s with %s. Enlarge the input or the padding.",
        w.dim(2),
        w.dim(3),
        x,
        window);
    return TensorType.floats(Shape.of(x.dim(0), w.dim(0), oh, ow));
  }

  /** The groups must divide the weight's first axis. */
  static void checkGroups(Operands in, int groups, Shape weight) {
    in.check(
        groups >= 1 && weight.dim(0) % groups == 0,
        "groups must be at least 1 and divide the weight's first axis, got %d groups and %s.",
        groups,
        weight);
  }

  /** For messages: nothing where there is one group. */
  static String times(int groups) {
    return groups == 1 ? "" : " times %d groups".formatted(groups);
  }

  @Override
  public List<Node> vjp(Node out, Node dOut) {
    Node src = out.input(0);
    Node weight = out.input(1);
    Shape x = src.shape();
    Shape w = weight.shape();
    return List.of(
        Ops.convTranspose2d(dOut, weight, window, groups, x.dim(2), x.dim(3)),
        Ops.convWeightGrad(src, dOut, window, groups, w.dim(2), w.dim(3)));
  }

  @Override
  public long flops(Node out) {
    Shape w = out.input(1).shape();
    return 2 * out.shape().elements() * (w.elements() / w.dim(0));
  }
}

package chladni.engine.graph;

import java.util.List;

/** The largest element under each window, rounding the output size down; padding never wins. */
public record MaxPool2d(int kernelH, int kernelW, Window window) implements Op {
  @Override
  public TensorType infer(Operands in) {
    in.floats(1).rank(0, 4, "(N,C,H,W)");
    Shape x = in.shape(0);
    in.check(!window.isDilated(), "a pooling window has no dilation, got %s.", window);
    int oh = window.outH(x.dim(2), kernelH);
    int ow = window.outW(x.dim(3), kernelW);
    in.check(
        oh >= 1 && ow >= 1,
        "a window of %dx%d does not fit into %s with %s.",
        kernelH,
        kernelW,
        x,
        window);
    in.check(
        Math.max(window.padTop(), window.padBottom()) < kernelH
            && Math.max(window.padLeft(), window.padRight()) < kernelW,
        "padding must be smaller than the window, got %s for %dx%d.",
        window,
        kernelH,
        kernelW);
    return TensorType.floats(Shape.of(x.dim(0), x.dim(1), oh, ow));
  }

  @Override
  public List<Node> vjp(Node out, Node dOut) {
    return List.of(
        out.graph()
            .append(
                new MaxPool2dGrad(kernelH, kernelW, window), List.of(out.input(0), dOut)));
  }

  @Override
  public long flops(Node out) {
    return out.shape().elements() * kernelH * kernelW;
  }
}

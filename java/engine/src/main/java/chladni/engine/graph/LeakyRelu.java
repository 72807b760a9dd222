package chladni.engine.graph;

import java.util.List;

/**
 * {@code x > 0 ? x : slope * x}; slope 0 is ReLU, 0 for minus infinity too. The gradient reads the
 * output, whose sign is the input's, so that the input need not be kept.
 */
public record LeakyRelu(double slope) implements ElementwiseOp {
  @Override
  public TensorType infer(Operands in) {
    in.check(slope >= 0, "the slope must be at least 0, got %s.", slope);
    return in.elementwise(1);
  }

  @Override
  public List<Node> vjp(Node out, Node dOut) {
    return List.of(Ops.mul(dOut, Ops.leakyStep(out, slope)));
  }

  /** The function in double precision. */
  public double value(double x) {
    return slope == 0 ? Math.max(x, 0) : x > 0 ? x : slope * x;
  }
}

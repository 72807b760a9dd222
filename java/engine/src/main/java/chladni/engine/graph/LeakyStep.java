package chladni.engine.graph;

import java.util.List;

/** The derivative of {@link LeakyRelu}: {@code x > 0 ? 1 : slope}; its own is 0. */
public record LeakyStep(double slope) implements ElementwiseOp {
  @Override
  public TensorType infer(Operands in) {
    return in.elementwise(1);
  }

  @Override
  public List<Node> vjp(Node out, Node dOut) {
    return Op.noGradient(out);
  }
}

package chladni.engine.graph;

import java.util.List;

/** {@code x + addend}. */
public record Shift(double addend) implements ElementwiseOp {
  @Override
  public TensorType infer(Operands in) {
    return in.elementwise(1);
  }

  @Override
  public List<Node> vjp(Node out, Node dOut) {
    return List.of(dOut);
  }
}

package chladni.engine.graph;

import java.util.List;

/** One FLOAT value everywhere. */
public record Constant(double value, Shape shape) implements Op {
  @Override
  public TensorType infer(Operands in) {
    return TensorType.floats(shape);
  }

  @Override
  public List<Node> vjp(Node out, Node dOut) {
    return List.of();
  }
}

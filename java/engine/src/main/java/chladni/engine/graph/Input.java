package chladni.engine.graph;

import java.util.List;

/** What the caller writes before each run, under a name. */
public record Input(String key, TensorType type) implements Op {
  @Override
  public TensorType infer(Operands in) {
    return type;
  }

  @Override
  public List<Node> vjp(Node out, Node dOut) {
    return List.of();
  }
}

package chladni.engine.graph;

import java.util.List;

/** The value that a variable has before the run. */
public record ReadVariable(Variable variable) implements Op {
  @Override
  public TensorType infer(Operands in) {
    return variable.type();
  }

  @Override
  public List<Node> vjp(Node out, Node dOut) {
    return List.of();
  }
}

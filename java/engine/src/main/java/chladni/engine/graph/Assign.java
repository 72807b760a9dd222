package chladni.engine.graph;

import java.util.List;

/**
 * Makes its operand the newest version of a variable and yields it. No gradient passes: what
 * was assigned is data to whatever reads it later.
 */
public record Assign(Variable variable) implements Op {
  @Override
  public TensorType infer(Operands in) {
    in.check(in.size() == 1, "takes 1 operand, got %d.", in.size());
    in.check(
        in.get(0).type().equals(variable.type()),
        "variable '%s' takes %s, got %s.",
        variable.name(),
        variable.type(),
        in.get(0).type());
    return variable.type();
  }

  @Override
  public List<Node> vjp(Node out, Node dOut) {
    return Op.noGradient(out);
  }
}

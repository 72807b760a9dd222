package chladni.engine.graph;

import chladni.engine.api.Experimental;
import java.util.List;

/**
 * The operands of an operation while it infers its type, with the checks that all operations share;
 * a check that fails names the operation, its scope, the rule and the values.
 */
@Experimental
public record Operands(String op, String scope, List<Node> nodes) {
  public int size() {
    return nodes.size();
  }

  public Node get(int i) {
    return nodes.get(i);
  }

  public Shape shape(int i) {
    return nodes.get(i).shape();
  }

  /** Fails with {@code rule}, a sentence that gives the values and the next move. */
  public ShapeException error(String rule, Object... values) {
    return new ShapeException(
        op + (scope.isEmpty() ? "" : " '" + scope + "'") + ": " + rule.formatted(values));
  }

  public void check(boolean holds, String rule, Object... values) {
    if (!holds) {
      throw error(rule, values);
    }
  }

  /** Exactly {@code n} operands, all FLOAT. */
  public Operands floats(int n) {
    check(nodes.size() == n, "takes %d operands, got %d.", n, nodes.size());
    for (int i = 0; i < n; i++) {
      check(
          get(i).dtype() == DType.FLOAT,
          "operand %d must be FLOAT, got %s from %s. Convert labels with oneHot or toFloat.",
          i,
          get(i).dtype(),
          get(i));
    }
    return this;
  }

  /** Operand {@code i} has this rank. */
  public Operands rank(int i, int rank, String form) {
    check(
        shape(i).rank() == rank,
        "operand %d must be %s, got %s from %s.",
        i,
        form,
        shape(i),
        get(i));
    return this;
  }

  /** All operands are FLOAT and have one shape, which is the result's. */
  public TensorType elementwise(int n) {
    floats(n);
    for (int i = 1; i < n; i++) {
      check(
          shape(i).equals(shape(0)),
          "operands must have one shape, got %s and %s. Broadcast one to the other.",
          shape(0),
          shape(i));
    }
    return TensorType.floats(shape(0));
  }
}

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

  /** Two operands, FLOAT values of at least so many axes and INT32 indices. */
  public Operands indexed(int rank) {
    check(nodes.size() == 2, "takes values and indices, got %d operands.", nodes.size());
    check(
        get(0).dtype() == DType.FLOAT && get(1).dtype() == DType.INT32,
        "takes FLOAT values and INT32 indices, got %s from %s and %s from %s.",
        get(0).dtype(),
        get(0),
        get(1).dtype(),
        get(1));
    check(shape(0).rank() >= rank, "the values need %d axes or more, got %s.", rank, get(0));
    return this;
  }

  /** As {@link #indexed}, with indices that agree with the values on all axes but this one. */
  public Operands indexedAlong(int axis) {
    indexed(axis + 1);
    check(
        shape(0).rank() == shape(1).rank() && shape(0).with(axis, 1).equals(shape(1).with(axis, 1)),
        "values and indices must agree outside axis %d, got %s and %s. Slice or broadcast one.",
        axis,
        shape(0),
        shape(1));
    return this;
  }
}

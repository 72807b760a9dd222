package chladni.engine.graph;

/**
 * State that outlives a run: a weight, a moment, a running statistic, a counter. A graph refers to
 * it, a store holds its value under its name; programs that name the same variable share it.
 *
 * @param trainable whether an optimizer may move it; running statistics and counters are not
 */
public record Variable(String name, TensorType type, Initializer initializer, boolean trainable) {
  public Variable {
    if (name.isBlank()) {
      throw new GraphException("variable: the name must not be blank.");
    }
  }

  /** A weight that an optimizer moves. */
  public static Variable trainable(String name, Shape shape, Initializer initializer) {
    return new Variable(name, TensorType.floats(shape), initializer, true);
  }

  /** State that only explicit assignments move. */
  public static Variable state(String name, Shape shape, Initializer initializer) {
    return new Variable(name, TensorType.floats(shape), initializer, false);
  }

  /** An INT32 scalar that starts at zero: a step counter. */
  public static Variable counter(String name) {
    return new Variable(
        name, TensorType.ints(Shape.SCALAR), (n, s, seed) -> new float[1], false);
  }

  public Shape shape() {
    return type.shape();
  }
}

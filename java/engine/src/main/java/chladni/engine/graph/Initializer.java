package chladni.engine.graph;

/** The first value of a variable, made on the host so that every backend starts from equal bits. */
@FunctionalInterface
public interface Initializer {
  /**
   * The elements in row-major order.
   *
   * @param name the variable's name: it selects the random stream, so that adding a layer does not
   *     change the others
   * @param seed the seed of the store that holds the variable
   */
  float[] values(String name, Shape shape, long seed);
}

package chladni.engine.graph;

/** What a node yields: the kind of its numbers and its logical shape. */
public record TensorType(DType dtype, Shape shape) {
  public static TensorType floats(Shape shape) {
    return new TensorType(DType.FLOAT, shape);
  }

  public static TensorType ints(Shape shape) {
    return new TensorType(DType.INT32, shape);
  }
}

package chladni.engine.graph;

import java.util.List;

/** The same elements in the same row-major order under another shape. */
public record Reshape(Shape shape) implements ViewOp {
  @Override
  public TensorType infer(Operands in) {
    in.floats(1);
    in.check(
        in.shape(0).elements() == shape.elements(),
        "%s has %d elements and cannot become %s with %d.",
        in.shape(0),
        in.shape(0).elements(),
        shape,
        shape.elements());
    return TensorType.floats(shape);
  }

  @Override
  public List<Node> vjp(Node out, Node dOut) {
    return List.of(Ops.reshape(dOut, out.input(0).shape()));
  }
}

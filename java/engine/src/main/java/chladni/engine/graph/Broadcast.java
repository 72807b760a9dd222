package chladni.engine.graph;

import java.util.List;
import java.util.stream.IntStream;

/**
 * Repeats a tensor to a larger shape by the rule of NumPy: shapes are aligned at the last axis, a
 * missing axis or one of extent 1 repeats.
 */
public record Broadcast(Shape shape) implements ViewOp {
  @Override
  public TensorType infer(Operands in) {
    in.floats(1);
    Shape from = in.shape(0);
    boolean fits = from.rank() <= shape.rank();
    for (int i = 1; fits && i <= from.rank(); i++) {
      fits = from.dim(-i) == 1 || from.dim(-i) == shape.dim(-i);
    }
    in.check(fits, "%s does not broadcast to %s. Reshape it so that axes align at the end.", from, shape);
    return TensorType.floats(shape);
  }

  @Override
  public List<Node> vjp(Node out, Node dOut) {
    Shape from = out.input(0).shape();
    int missing = shape.rank() - from.rank();
    int[] axes =
        IntStream.range(0, shape.rank())
            .filter(i -> i < missing || from.dim(i - missing) != shape.dim(i))
            .toArray();
    return List.of(Ops.reshape(Ops.sum(dOut, true, axes), from));
  }

  /** The shape to which both operands of a verb broadcast. */
  static Shape common(String verb, Node a, Node b) {
    return common(verb, a, a.shape(), b, b.shape());
  }

  /** The shape to which x and y, which a and b have in full or in part, broadcast. */
  static Shape common(String verb, Node a, Shape x, Node b, Shape y) {
    int rank = Math.max(x.rank(), y.rank());
    int[] dims = new int[rank];
    for (int i = 1; i <= rank; i++) {
      int p = i <= x.rank() ? x.dim(-i) : 1;
      int q = i <= y.rank() ? y.dim(-i) : 1;
      if (p != q && p != 1 && q != 1) {
        throw new ShapeException(
            "%s: operands must broadcast, got %s and %s. Align axes at the end or reshape one."
                .formatted(verb, a, b));
      }
      dims[rank - i] = Math.max(p, q);
    }
    return Shape.of(dims);
  }
}

package chladni.engine.graph;

import java.util.List;
import java.util.stream.IntStream;

/** Axes in another order: axis i of the result is axis {@code order.get(i)} of the operand. */
public record Transpose(List<Integer> order) implements ViewOp {
  public Transpose {
    order = List.copyOf(order);
  }

  @Override
  public TensorType infer(Operands in) {
    in.floats(1);
    Shape from = in.shape(0);
    in.check(
        order.stream().sorted().toList().equals(IntStream.range(0, from.rank()).boxed().toList()),
        "order %s is not a permutation of the axes of %s.",
        order,
        from);
    return TensorType.floats(Shape.of(order.stream().mapToInt(from::dim).toArray()));
  }

  @Override
  public List<Node> vjp(Node out, Node dOut) {
    Integer[] inverse = new Integer[order.size()];
    for (int i = 0; i < inverse.length; i++) {
      inverse[order.get(i)] = i;
    }
    return List.of(out.graph().append(new Transpose(List.of(inverse)), List.of(dOut)));
  }
}

package chladni.engine.graph;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The transpose of {@link Gather}: zeros of this extent along the axis, to which the slice at each
 * index is added. The axes of the indices are those of the operand from {@code axis} on. Slices
 * that meet are added in the order of their indices.
 */
public record ScatterAdd(int axis, int extent) implements IndexOp {
  @Override
  public TensorType infer(Operands in) {
    in.indexed(axis);
    int[] from = in.shape(0).dims();
    int[] indices = in.shape(1).dims();
    int end = axis + indices.length;
    in.check(
        end <= from.length && Arrays.equals(from, axis, end, indices, 0, indices.length),
        "the values must have the axes of the indices from axis %d on, got %s and %s.",
        axis,
        in.shape(0),
        in.shape(1));
    IntStream before = Arrays.stream(from, 0, axis);
    IntStream after = Arrays.stream(from, end, from.length);
    IntStream all = IntStream.concat(IntStream.concat(before, IntStream.of(extent)), after);
    return TensorType.floats(Shape.of(all.toArray()));
  }

  @Override
  public List<Node> vjp(Node out, Node dOut) {
    List<Node> in = List.of(dOut, out.input(1));
    return Arrays.asList(out.graph().append(new Gather(axis, 0), in), null);
  }

  @Override
  public int extent(Node node) {
    return extent;
  }

  @Override
  public long flops(Node out) {
    return out.input(0).shape().elements();
  }
}

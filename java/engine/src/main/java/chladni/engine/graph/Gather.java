package chladni.engine.graph;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Slices at indices: the axes of the indices, of any number, stand in the result where the axis
 * was, as in {@code numpy.take}.
 *
 * @param outside what an index out of range yields: NaN, or 0 in the gradient of {@link ScatterAdd}
 */
public record Gather(int axis, double outside) implements IndexOp {
  @Override
  public TensorType infer(Operands in) {
    in.indexed(axis + 1);
    int[] from = in.shape(0).dims();
    IntStream before = Arrays.stream(from, 0, axis);
    IntStream after = Arrays.stream(from, axis + 1, from.length);
    IntStream indices = Arrays.stream(in.shape(1).dims());
    IntStream all = IntStream.concat(IntStream.concat(before, indices), after);
    return TensorType.floats(Shape.of(all.toArray()));
  }

  @Override
  public List<Node> vjp(Node out, Node dOut) {
    return Arrays.asList(Ops.scatterAdd(dOut, out.input(1), axis, extent(out)), null);
  }

  @Override
  public int extent(Node node) {
    return node.input(0).shape().dim(axis);
  }
}

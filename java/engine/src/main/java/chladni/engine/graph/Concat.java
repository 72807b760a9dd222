package chladni.engine.graph;

import java.util.ArrayList;
import java.util.List;

/** Tensors one after the other along one axis; their other extents are equal. */
public record Concat(int axis) implements Op {
  @Override
  public TensorType infer(Operands in) {
    in.check(in.size() > 0, "takes at least one operand.");
    in.floats(in.size());
    int extent = 0;
    for (int i = 0; i < in.size(); i++) {
      Shape s = in.shape(i);
      in.check(
          s.rank() == in.shape(0).rank() && s.with(axis, 1).equals(in.shape(0).with(axis, 1)),
          "operands must agree outside axis %d, got %s and %s.",
          axis,
          in.shape(0),
          s);
      extent += s.dim(axis);
    }
    return TensorType.floats(in.shape(0).with(axis, extent));
  }

  @Override
  public List<Node> vjp(Node out, Node dOut) {
    List<Node> gradients = new ArrayList<>();
    int from = 0;
    for (Node part : out.inputs()) {
      int to = from + part.shape().dim(axis);
      gradients.add(Ops.slice(dOut, axis, from, to));
      from = to;
    }
    return gradients;
  }
}

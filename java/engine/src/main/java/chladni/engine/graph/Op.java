package chladni.engine.graph;

import chladni.engine.api.Experimental;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * One operation with its attributes, as a value: how the result's type follows from the operands',
 * and how a gradient passes through. A backend lowers it in one exhaustive switch, so the compiler
 * lists what a new operation still lacks. Only {@link CustomOp} is open to implementations elsewhere.
 */
@Experimental
public sealed interface Op
    permits
        ElementwiseOp, OpaqueOp, ReductionOp, ViewOp,
        Assign, BatchNorm, Concat, Constant, Input, Pad, ReadVariable {
  /**
   * The type of the result.
   *
   * @throws ShapeException when the operands do not fit
   */
  TensorType infer(Operands in);

  /**
   * The vector-Jacobian product, appended to the same graph in verbs.
   *
   * @param out the node whose operation this is
   * @param dOut the gradient by {@code out}, of its shape
   * @return one gradient for each operand, null where none passes
   */
  List<Node> vjp(Node out, Node dOut);

  /** The verb's name: {@code convTranspose2d}. */
  default String name() {
    String simple = getClass().getSimpleName();
    return Character.toLowerCase(simple.charAt(0)) + simple.substring(1);
  }

  /**
   * What listings count for computing {@code out}, whose operation this is: a multiplication, an
   * addition, a comparison and a function such as {@code exp} are one each. Products are counted
   * dense, taps on padding included, so a convolution is {@code 2 N O oH oW C/groups kH kW} in each
   * of its three directions. 0 for what only moves values.
   */
  default long flops(Node out) {
    return 0;
  }

  /** A vjp through which nothing passes. */
  static List<Node> noGradient(Node out) {
    return Collections.nCopies(out.inputs().size(), null);
  }

  /** The shape that remains of {@code from} when these axes are reduced. */
  static Shape reduced(Shape from, List<Integer> axes, boolean keepDims) {
    List<Integer> over = axes.stream().map(from::axis).distinct().toList();
    List<Integer> dims = new ArrayList<>();
    for (int i = 0; i < from.rank(); i++) {
      if (!over.contains(i)) {
        dims.add(from.dim(i));
      } else if (keepDims) {
        dims.add(1);
      }
    }
    return Shape.of(dims.stream().mapToInt(d -> d).toArray());
  }
}

package chladni.engine.graph;

import java.util.List;

/**
 * An operation of the user's own: the one that may be implemented outside of the engine. Its {@link
 * #compute} is plain Java over single elements, in which it serves every precision and backend; it is
 * also what a faster implementation is to be held against. A record is the natural form, since its
 * components are the attributes:
 *
 * <pre>
 *   record Sine(double phase) implements CustomOp {
 *     public TensorType infer(Operands in) { return in.elementwise(1); }
 *     public List&lt;Node&gt; vjp(Node out, Node dOut) {
 *       Node cosine = Ops.custom(new Sine(phase + Math.PI / 2), out.input(0));
 *       return List.of(Ops.mul(dOut, cosine));
 *     }
 *     public void compute(List&lt;Values&gt; in, Result out) {
 *       for (long i = 0; i &lt; out.size(); i++) {
 *         out.set(i, Math.sin(in.getFirst().get(i) + phase));
 *       }
 *     }
 *   }
 *   Node y = Ops.custom(new Sine(0), x);
 * </pre>
 *
 * <p>Operands are materialised in row-major order, and nothing is fused with the operation. Equal
 * operations on the same operands may be computed once, so equality must mean the same function.
 */
public non-sealed interface CustomOp extends OpaqueOp {
  /**
   * Writes every element of the result from those of the operands: a pure function of them and of the
   * attributes. It runs on the engine's thread, is not called twice at once by one program, and must
   * not call that program. What it throws reaches the caller of {@code Program.run} as the cause of a
   * CustomOpException; the program can run again.
   *
   * @param out of the type that {@link #infer} said; elements that are not set have any value
   */
  void compute(List<Values> in, Result out);

  /** Without an override the operation has no derivative, and asking for one says so. */
  @Override
  default List<Node> vjp(Node out, Node dOut) {
    throw new GradientException(
        "%s: this custom operation has no derivative. Override vjp, in verbs or with another custom"
                .formatted(out)
            + " operation, or stop the gradient before it.");
  }

  /** As of every operation; {@code custom} for a class without a name. */
  @Override
  default String name() {
    return getClass().getSimpleName().isEmpty() ? "custom" : OpaqueOp.super.name();
  }

  /** An operand, element by element in row-major order. */
  interface Values {
    TensorType type();

    /** The number of elements. */
    long size();

    /**
     * An element; an INT32 as a whole number.
     *
     * @throws IndexOutOfBoundsException outside of 0 to size - 1
     */
    double get(long i);
  }

  /** The result, element by element in row-major order. */
  interface Result {
    TensorType type();

    /** The number of elements. */
    long size();

    /**
     * Sets an element, rounded to the precision of the program; towards zero for an INT32.
     *
     * @throws IndexOutOfBoundsException outside of 0 to size - 1
     */
    void set(long i, double value);
  }
}

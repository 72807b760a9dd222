package chladni.engine.graph;

import java.util.List;

/**
 * {@code a^b} as C's pow: a negative base has powers for whole exponents alone, {@code x^0} and
 * {@code 1^x} are 1 for every x. Derivatives as in PyTorch: by the base 0 where b is 0; by the
 * exponent 0 where a is 0 and b is not negative.
 */
public record Pow() implements ElementwiseOp {
  @Override
  public TensorType infer(Operands in) {
    return in.elementwise(2);
  }

  @Override
  public List<Node> vjp(Node out, Node dOut) {
    Node a = out.input(0);
    Node b = out.input(1);
    Node zero = Ops.zerosLike(b);
    // What a mask hides must be finite all the same: its gradient is 0 times that.
    Node below = Ops.pow(a, Ops.where(b, Ops.shift(b, -1), zero));
    Node byBase = Ops.where(b, Ops.mul(dOut, Ops.mul(b, below)), zero);
    Node flat = Ops.and(Ops.equal(a, zero), Ops.greaterOrEqual(b, zero));
    Node log = Ops.log(Ops.where(flat, a.graph().constant(1), a));
    return List.of(byBase, Ops.mul(dOut, Ops.mul(out, log)));
  }

  /** {@code x^exponent} without a power where one or two products or a root will do. */
  static Node of(Node x, double exponent) {
    if (exponent == -1 || exponent == -2) {
      return of(Ops.reciprocal(x), -exponent);
    }
    if (exponent == 0) {
      return x.graph().constant(1, x.shape());
    }
    if (exponent == 0.5 || exponent == -0.5) {
      Node root = Ops.sqrt(x);
      return exponent < 0 ? Ops.reciprocal(root) : root;
    }
    return exponent == 1
        ? x
        : exponent == 2
            ? Ops.square(x)
            : exponent == 3
                ? Ops.mul(Ops.square(x), x)
                : exponent == 4
                    ? Ops.square(Ops.square(x))
                    : Ops.pow(x, x.graph().constant(exponent));
  }

  /** The function in double precision, with C's rules where {@link Math#pow} has others. */
  public static double value(double a, double b) {
    boolean one = a == 1 || (a == -1 && Double.isInfinite(b));
    return one ? 1 : Math.pow(a, b);
  }
}

package chladni.engine.graph;

import java.util.List;

/**
 * The verbs of {@link Ops} from element i to element i; it inherits them, so that all stand under
 * one name.
 */
abstract sealed class ElementwiseVerbs permits Ops {
  static Node append(Op op, Node... operands) {
    return operands[0].graph().append(op, List.of(operands));
  }

  private static Node binary(Op op, Node a, Node b) {
    Shape s = Broadcast.common(op.name(), a, b);
    return append(op, Ops.broadcast(a, s), Ops.broadcast(b, s));
  }

  // One operand.

  public static Node neg(Node x) {
    return append(new Neg(), x);
  }

  public static Node square(Node x) {
    return mul(x, x);
  }

  public static Node abs(Node x) {
    return append(new Abs(), x);
  }

  public static Node sign(Node x) {
    return append(new Sign(), x);
  }

  public static Node exp(Node x) {
    return append(new Exp(), x);
  }

  public static Node expm1(Node x) {
    return append(new Expm1(), x);
  }

  public static Node log(Node x) {
    return append(new Log(), x);
  }

  public static Node sqrt(Node x) {
    return append(new Sqrt(), x);
  }

  public static Node reciprocal(Node x) {
    return append(new Reciprocal(), x);
  }

  public static Node tanh(Node x) {
    return append(new Tanh(), x);
  }

  public static Node sigmoid(Node x) {
    return append(new Sigmoid(), x);
  }

  public static Node softplus(Node x) {
    return append(new Softplus(), x);
  }

  public static Node erf(Node x) {
    return append(new Erf(), x);
  }

  public static Node relu(Node x) {
    return leakyRelu(x, 0);
  }

  public static Node leakyRelu(Node x, double slope) {
    return append(new LeakyRelu(slope), x);
  }

  static Node leakyStep(Node x, double slope) {
    return append(new LeakyStep(slope), x);
  }

  public static Node scale(Node x, double factor) {
    return factor == 1 ? x : append(new Scale(factor), x);
  }

  public static Node shift(Node x, double addend) {
    return addend == 0 ? x : append(new Shift(addend), x);
  }

  public static Node isFinite(Node x) {
    return append(new IsFinite(), x);
  }

  public static Node stopGradient(Node x) {
    return append(new StopGradient(), x);
  }

  public static Node toFloat(Node x) {
    return append(new ToFloat(), x);
  }

  public static Node increment(Node counter) {
    return append(new Increment(), counter);
  }

  // Two and three operands; they broadcast.

  public static Node add(Node a, Node b) {
    return binary(new Add(), a, b);
  }

  public static Node sub(Node a, Node b) {
    return binary(new Sub(), a, b);
  }

  public static Node mul(Node a, Node b) {
    return binary(new Mul(), a, b);
  }

  public static Node div(Node a, Node b) {
    return binary(new Div(), a, b);
  }

  public static Node maximum(Node a, Node b) {
    return binary(new Maximum(), a, b);
  }

  public static Node minimum(Node a, Node b) {
    return binary(new Minimum(), a, b);
  }

  /** {@code a^b}; see {@link Pow} for negative bases, zeros and gradients. */
  public static Node pow(Node a, Node b) {
    return binary(new Pow(), a, b);
  }

  /** {@code x^exponent}; 0 to 4, -1, -2, 0.5 and -0.5 become products, inverses and roots. */
  public static Node pow(Node x, double exponent) {
    return Pow.of(x, exponent);
  }

  // Comparisons: 1 where they hold, else 0; no gradient. A NaN is unequal to everything.

  public static Node greater(Node a, Node b) {
    return binary(new Greater(), a, b);
  }

  public static Node equal(Node a, Node b) {
    return binary(new Equal(), a, b);
  }

  public static Node notEqual(Node a, Node b) {
    return not(equal(a, b));
  }

  public static Node less(Node a, Node b) {
    return greater(b, a);
  }

  public static Node greaterOrEqual(Node a, Node b) {
    return add(greater(a, b), equal(a, b));
  }

  public static Node lessOrEqual(Node a, Node b) {
    return greaterOrEqual(b, a);
  }

  /** 1 where a mask is 0, else 0. */
  public static Node not(Node mask) {
    return equal(mask, zerosLike(mask));
  }

  /** Of masks, which hold 0 and 1. */
  public static Node and(Node a, Node b) {
    return mul(a, b);
  }

  /** Of masks, which hold 0 and 1. */
  public static Node or(Node a, Node b) {
    return maximum(a, b);
  }

  /** {@code condition != 0 ? a : b}. */
  public static Node where(Node condition, Node a, Node b) {
    Shape ab = Broadcast.common("where", a, b);
    Shape s = Broadcast.common("where", condition, Ops.broadcast(a, ab));
    return append(
        new Where(), Ops.broadcast(condition, s), Ops.broadcast(a, s), Ops.broadcast(b, s));
  }

  // Composed.

  public static Node zerosLike(Node x) {
    return x.graph().constant(0, x.shape());
  }

  /** {@code x Phi(x)}, Phi the distribution function of N(0, 1): Hendrycks and Gimpel 2016. */
  public static Node gelu(Node x) {
    Node twicePhi = shift(erf(scale(x, Math.sqrt(0.5))), 1);
    return mul(scale(x, 0.5), twicePhi);
  }

  /** {@link #gelu} with a hyperbolic tangent for Phi, off by up to 5e-4: PyTorch's 'tanh'. */
  public static Node geluTanh(Node x) {
    Node inner = mul(x, shift(scale(square(x), 0.044715), 1));
    Node twicePhi = shift(tanh(scale(inner, Math.sqrt(2 / Math.PI))), 1);
    return mul(scale(x, 0.5), twicePhi);
  }

  /** {@code x sigmoid(x)}, also called swish. */
  public static Node silu(Node x) {
    return mul(x, sigmoid(x));
  }

  /** The nearest number from low to high; the gradient passes where x is one, the ends included. */
  public static Node clamp(Node x, double low, double high) {
    if (!(low <= high)) {
      throw new ShapeException(
          "clamp: low must be at most high, got %s and %s.".formatted(low, high));
    }
    Graph graph = x.graph();
    Node near = minimum(maximum(stopGradient(x), graph.constant(low)), graph.constant(high));
    return where(equal(x, near), x, near);
  }
}

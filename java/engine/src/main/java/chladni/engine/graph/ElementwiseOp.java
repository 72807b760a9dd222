package chladni.engine.graph;

/**
 * An operation whose element i depends on elements i of its FLOAT operands alone, all of one shape:
 * what a planner may fuse at will.
 */
public sealed interface ElementwiseOp extends Op
    permits
        Abs, Add, Div, Equal, Erf, Exp, Expm1, Greater, IsFinite, LeakyRelu, LeakyStep, Log,
        Maximum, Minimum, Mul, Neg, Pow, Reciprocal, Scale, Shift, Sigmoid, Sign, Softplus, Sqrt,
        StopGradient, Sub, Tanh, Where {
  @Override
  default long flops(Node out) {
    return out.shape().elements();
  }
}

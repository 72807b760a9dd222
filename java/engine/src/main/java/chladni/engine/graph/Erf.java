package chladni.engine.graph;

import java.util.List;

/** The error function: {@code 2 / sqrt(pi)} times the integral of {@code e^-t^2} from 0 to x. */
public record Erf() implements ElementwiseOp {
  private static final double SLOPE = 2 / Math.sqrt(Math.PI);

  /** The terms of the continued fraction that matter from 2 on. */
  private static final int DEPTH = 60;

  @Override
  public TensorType infer(Operands in) {
    return in.elementwise(1);
  }

  @Override
  public List<Node> vjp(Node out, Node dOut) {
    Node bell = Ops.exp(Ops.neg(Ops.square(out.input(0))));
    return List.of(Ops.mul(dOut, Ops.scale(bell, SLOPE)));
  }

  /** The function in double precision, which the JDK lacks. */
  public static double value(double x) {
    double t = Math.abs(x);
    if (t < 2) {
      // e^-x^2 (x + 2 x^3 / 3 + 4 x^5 / 15 + ...): all terms have the sign of x, nothing cancels.
      double sum = x;
      double term = x;
      for (int n = 3; sum + term != sum; n += 2) {
        term *= 2 * x * x / n;
        sum += term;
      }
      return SLOPE * Math.exp(-x * x) * sum;
    }
    // 1 - e^-t^2 / sqrt(pi) / (t + (1/2) / (t + (2/2) / (t + (3/2) / ...)))
    double tail = 0;
    for (int n = DEPTH; n > 0; n--) {
      tail = 0.5 * n / (t + tail);
    }
    double rest = 0.5 * SLOPE * Math.exp(-t * t) / (t + tail);
    return Math.copySign(1 - rest, x);
  }
}

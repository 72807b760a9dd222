package chladni.tests.plan;

import chladni.engine.graph.Abs;
import chladni.engine.graph.Add;
import chladni.engine.graph.Div;
import chladni.engine.graph.ElementwiseOp;
import chladni.engine.graph.Equal;
import chladni.engine.graph.Erf;
import chladni.engine.graph.Exp;
import chladni.engine.graph.Expm1;
import chladni.engine.graph.Greater;
import chladni.engine.graph.IsFinite;
import chladni.engine.graph.LeakyRelu;
import chladni.engine.graph.LeakyStep;
import chladni.engine.graph.Log;
import chladni.engine.graph.Maximum;
import chladni.engine.graph.Minimum;
import chladni.engine.graph.Mul;
import chladni.engine.graph.Neg;
import chladni.engine.graph.Pow;
import chladni.engine.graph.Reciprocal;
import chladni.engine.graph.Scale;
import chladni.engine.graph.Shift;
import chladni.engine.graph.Sigmoid;
import chladni.engine.graph.Sign;
import chladni.engine.graph.Softplus;
import chladni.engine.graph.Sqrt;
import chladni.engine.graph.StopGradient;
import chladni.engine.graph.Sub;
import chladni.engine.graph.Tanh;
import chladni.engine.graph.Where;

/** Elementwise operations on arrays of doubles. */
final class Arithmetic {
  private Arithmetic() {}

  static double[] apply(ElementwiseOp op, int n, double[] a, double[] b, double[] c) {
    double[] result = new double[n];
    for (int i = 0; i < n; i++) {
      result[i] = one(op, a[i], b == null ? 0 : b[i], c == null ? 0 : c[i]);
    }
    return result;
  }

  private static double one(ElementwiseOp op, double a, double b, double c) {
    return switch (op) {
      case Abs _ -> Math.abs(a);
      case Add _ -> a + b;
      case Div _ -> a / b;
      case Equal _ -> a == b ? 1 : 0;
      case Erf _ -> Erf.value(a);
      case Exp _ -> Math.exp(a);
      case Expm1 _ -> Math.expm1(a);
      case Greater _ -> a > b ? 1 : 0;
      case IsFinite _ -> Double.isFinite(a) ? 1 : 0;
      case LeakyRelu(double slope) -> slope == 0 ? Math.max(a, 0) : a > 0 ? a : slope * a;
      case LeakyStep(double slope) -> a > 0 ? 1 : slope;
      case Log _ -> Math.log(a);
      case Maximum _ -> Math.max(a, b);
      case Minimum _ -> Math.min(a, b);
      case Mul _ -> a * b;
      case Neg _ -> -a;
      case Pow _ -> Pow.value(a, b);
      case Reciprocal _ -> 1 / a;
      case Scale(double factor) -> factor * a;
      case Shift(double addend) -> a + addend;
      case Sigmoid _ -> 1 / (1 + Math.exp(-a));
      case Sign _ -> Math.signum(a);
      case Softplus _ -> Math.max(a, 0) + Math.log1p(Math.exp(-Math.abs(a)));
      case Sqrt _ -> Math.sqrt(a);
      case StopGradient _ -> a;
      case Sub _ -> a - b;
      case Tanh _ -> Math.tanh(a);
      case Where _ -> a != 0 ? b : c;
    };
  }
}

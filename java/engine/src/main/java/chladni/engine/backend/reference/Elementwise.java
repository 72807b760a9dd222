package chladni.engine.backend.reference;

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
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;

/** Element i of the result from elements i of the operands. */
final class Elementwise {
  private Elementwise() {}

  static double[] apply(ElementwiseOp op, double[][] in) {
    return switch (op) {
      case Abs _ -> map(in, Math::abs);
      case Neg _ -> map(in, x -> -x);
      case Sign _ -> map(in, Math::signum);
      case Exp _ -> map(in, Math::exp);
      case Expm1 _ -> map(in, Math::expm1);
      case Log _ -> map(in, Math::log);
      case Erf _ -> map(in, Erf::value);
      case Sqrt _ -> map(in, Math::sqrt);
      case Reciprocal _ -> map(in, x -> 1 / x);
      case Tanh _ -> map(in, Math::tanh);
      case Sigmoid _ -> map(in, x -> 1 / (1 + Math.exp(-x)));
      case Softplus _ -> map(in, x -> Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))));
      case LeakyRelu relu -> map(in, relu::value);
      case LeakyStep(double slope) -> map(in, x -> x > 0 ? 1 : slope);
      case Scale(double factor) -> map(in, x -> factor * x);
      case Shift(double addend) -> map(in, x -> x + addend);
      case IsFinite _ -> map(in, x -> Double.isFinite(x) ? 1 : 0);
      case StopGradient _ -> in[0];
      case Add _ -> zip(in, Double::sum);
      case Sub _ -> zip(in, (a, b) -> a - b);
      case Mul _ -> zip(in, (a, b) -> a * b);
      case Div _ -> zip(in, (a, b) -> a / b);
      case Pow _ -> zip(in, Pow::value);
      case Maximum _ -> zip(in, Math::max);
      case Minimum _ -> zip(in, Math::min);
      case Greater _ -> zip(in, (a, b) -> a > b ? 1 : 0);
      case Equal _ -> zip(in, (a, b) -> a == b ? 1 : 0);
      case Where _ -> where(in[0], in[1], in[2]);
    };
  }

  /** Counters wrap around as 32-bit integers do. */
  static double[] increment(double[] x) {
    double[] dst = new double[x.length];
    for (int i = 0; i < dst.length; i++) {
      dst[i] = (int) x[i] + 1;
    }
    return dst;
  }

  private static double[] map(double[][] in, DoubleUnaryOperator f) {
    double[] x = in[0];
    double[] dst = new double[x.length];
    for (int i = 0; i < dst.length; i++) {
      dst[i] = f.applyAsDouble(x[i]);
    }
    return dst;
  }

  private static double[] zip(double[][] in, DoubleBinaryOperator f) {
    double[] a = in[0];
    double[] b = in[1];
    double[] dst = new double[a.length];
    for (int i = 0; i < dst.length; i++) {
      dst[i] = f.applyAsDouble(a[i], b[i]);
    }
    return dst;
  }

  private static double[] where(double[] condition, double[] a, double[] b) {
    double[] dst = new double[a.length];
    for (int i = 0; i < dst.length; i++) {
      dst[i] = condition[i] != 0 ? a[i] : b[i];
    }
    return dst;
  }
}

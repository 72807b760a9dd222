package chladni.engine.plan;

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

/** Elementwise operations as kernels number them on the host and on cards (kernels/host/vm.h). */
public final class Opcodes {
  private Opcodes() {}

  public static int of(ElementwiseOp op) {
    return switch (op) {
      case Abs _ -> 0;
      case Add _ -> 1;
      case Div _ -> 2;
      case Equal _ -> 3;
      case Exp _ -> 4;
      case Expm1 _ -> 5;
      case Greater _ -> 6;
      case IsFinite _ -> 7;
      case LeakyRelu _ -> 8;
      case LeakyStep _ -> 9;
      case Log _ -> 10;
      case Maximum _ -> 11;
      case Minimum _ -> 12;
      case Mul _ -> 13;
      case Neg _ -> 14;
      case Reciprocal _ -> 15;
      case Scale _ -> 16;
      case Shift _ -> 17;
      case Sigmoid _ -> 18;
      case Sign _ -> 19;
      case Softplus _ -> 20;
      case Sqrt _ -> 21;
      case StopGradient _ -> 22;
      case Sub _ -> 23;
      case Tanh _ -> 24;
      case Where _ -> 25;
      case Erf _ -> 27;
      case Pow _ -> 28;
    };
  }

  /** The number that belongs to the operation itself; 0 where there is none. */
  public static double immediate(ElementwiseOp op) {
    return switch (op) {
      case Scale(double factor) -> factor;
      case Shift(double addend) -> addend;
      case LeakyRelu(double slope) -> slope;
      case LeakyStep(double slope) -> slope;
      default -> 0;
    };
  }
}

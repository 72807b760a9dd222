package chladni.tests.ops;

import static chladni.tests.ops.OpCase.Derivative.BLOCKED;
import static chladni.tests.ops.OpCase.Derivative.NONE;
import static chladni.tests.ops.OpCase.Derivative.TWICE;

import chladni.engine.graph.Abs;
import chladni.engine.graph.Add;
import chladni.engine.graph.Div;
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
import chladni.engine.graph.Node;
import chladni.engine.graph.Op;
import chladni.engine.graph.Ops;
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
import chladni.tests.ops.OpCase.Derivative;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BinaryOperator;
import java.util.function.Function;

/** Operations from element i to element i, each in sizes around the widths of vector units. */
final class ElementwiseCases {
  private static final int[][] SIZES = {{}, {1}, {3}, {7}, {31}, {33}, {2, 3, 5, 7}, {1021}};
  private static final double INF = Double.POSITIVE_INFINITY;

  private final List<OpCase> cases = new ArrayList<>();

  private ElementwiseCases() {}

  static List<OpCase> all() {
    ElementwiseCases table = new ElementwiseCases();
    table.unary();
    table.saturated();
    table.binary();
    table.powers();
    table.composed();
    table.ties();
    return table.cases;
  }

  private void add(
      Class<? extends Op> op,
      String variant,
      Derivative derivative,
      OpCase.Build build,
      List<Function<int[], Operand>> operands) {
    for (int[] size : SIZES) {
      Operand[] sized = operands.stream().map(o -> o.apply(size)).toArray(Operand[]::new);
      String name = (variant + " " + sized[0].type().shape()).strip();
      cases.add(OpCase.of(op, name, derivative, build, sized));
    }
  }

  private void unary() {
    Function<int[], Operand> any = Operand::awayFromZero;
    Function<int[], Operand> positive = size -> Operand.uniform(0.5, 2, size);
    add(Neg.class, "", TWICE, (_, x) -> Ops.neg(x.get(0)), List.of(any));
    add(Abs.class, "", TWICE, (_, x) -> Ops.abs(x.get(0)), List.of(any));
    add(Sign.class, "", TWICE, (_, x) -> Ops.sign(x.get(0)), List.of(any));
    add(Exp.class, "", TWICE, (_, x) -> Ops.exp(x.get(0)), List.of(any));
    add(Expm1.class, "", TWICE, (_, x) -> Ops.expm1(x.get(0)), List.of(any));
    add(Erf.class, "", TWICE, (_, x) -> Ops.erf(x.get(0)), List.of(any));
    add(Log.class, "", TWICE, (_, x) -> Ops.log(x.get(0)), List.of(positive));
    add(Sqrt.class, "", TWICE, (_, x) -> Ops.sqrt(x.get(0)), List.of(positive));
    add(Reciprocal.class, "", TWICE, (_, x) -> Ops.reciprocal(x.get(0)), List.of(positive));
    add(Tanh.class, "", TWICE, (_, x) -> Ops.tanh(x.get(0)), List.of(any));
    add(Sigmoid.class, "", TWICE, (_, x) -> Ops.sigmoid(x.get(0)), List.of(any));
    add(Softplus.class, "", TWICE, (_, x) -> Ops.softplus(x.get(0)), List.of(any));
    add(LeakyRelu.class, "0", TWICE, (_, x) -> Ops.relu(x.get(0)), List.of(any));
    add(LeakyRelu.class, "0.2", TWICE, (_, x) -> Ops.leakyRelu(x.get(0), 0.2), List.of(any));
    add(
        LeakyStep.class,
        "0.2",
        TWICE,
        (g, x) -> g.append(new LeakyStep(0.2), x),
        List.of(any));
    add(Scale.class, "-1.7", TWICE, (_, x) -> Ops.scale(x.get(0), -1.7), List.of(any));
    add(Shift.class, "0.3", TWICE, (_, x) -> Ops.shift(x.get(0), 0.3), List.of(any));
    add(StopGradient.class, "", BLOCKED, (_, x) -> Ops.stopGradient(x.get(0)), List.of(any));
  }

  /** Where a careless formula overflows, cancels or divides zero by zero. */
  private void saturated() {
    double[] far = {-300, -88, -20, -1e-6, 0, 1e-6, 20, 88, 300};
    double[] small = {-1e-4, -1e-7, -1e-20, 0, 1e-20, 1e-7, 1e-4};
    double[] special = {0, -0.0, 1, -1, INF, -INF, Double.NaN, 1e30, -1e30};
    cases.add(
        OpCase.of(
            Sigmoid.class,
            "saturated",
            NONE,
            (_, x) -> Ops.sigmoid(x.get(0)),
            Operand.listed(far, 31)));
    cases.add(
        OpCase.of(
            Tanh.class, "saturated", NONE, (_, x) -> Ops.tanh(x.get(0)), Operand.listed(far, 31)));
    cases.add(
        OpCase.of(
            Softplus.class,
            "saturated",
            NONE,
            (_, x) -> Ops.softplus(x.get(0)),
            Operand.listed(far, 31)));
    // 1e6 makes the result of the order of one, so that a loss of relative accuracy shows.
    cases.add(
        OpCase.of(
            Expm1.class,
            "near zero",
            NONE,
            (_, x) -> Ops.scale(Ops.expm1(x.get(0)), 1e6),
            Operand.listed(small, 33)));
    cases.add(
        OpCase.of(
            Erf.class,
            "near zero",
            NONE,
            (_, x) -> Ops.scale(Ops.erf(x.get(0)), 1e6),
            Operand.listed(small, 33)));
    cases.add(
        OpCase.of(
            Erf.class,
            "of infinities and NaN",
            NONE,
            (_, x) -> Ops.erf(x.get(0)),
            Operand.listed(special, 31)));
    for (double slope : new double[] {0, 0.2}) {
      cases.add(
          OpCase.of(
              LeakyRelu.class,
              slope + " of infinities and NaN",
              NONE,
              (_, x) -> Ops.leakyRelu(x.get(0), slope),
              Operand.listed(special, 31)));
    }
    cases.add(
        OpCase.of(
            IsFinite.class,
            "of infinities and NaN",
            NONE,
            (_, x) -> Ops.isFinite(x.get(0)),
            Operand.listed(special, 31)));
    cases.add(
        OpCase.of(
            Sign.class, "of zeros", NONE, (_, x) -> Ops.sign(x.get(0)), Operand.listed(small, 7)));
    cases.add(
        OpCase.of(
            Where.class,
            "hides a NaN",
            NONE,
            (_, x) -> Ops.where(Ops.isFinite(x.get(0)), x.get(0), x.get(1)),
            Operand.listed(special, 33),
            Operand.signed(33)));
  }

  private void binary() {
    Function<int[], Operand> a = size -> Operand.lattice(0, size);
    Function<int[], Operand> b = size -> Operand.lattice(0.125, size);
    Function<int[], Operand> positive = size -> Operand.uniform(0.5, 2, size);
    add(Add.class, "", TWICE, (_, x) -> Ops.add(x.get(0), x.get(1)), List.of(a, b));
    add(Sub.class, "", TWICE, (_, x) -> Ops.sub(x.get(0), x.get(1)), List.of(a, b));
    add(Mul.class, "", TWICE, (_, x) -> Ops.mul(x.get(0), x.get(1)), List.of(a, b));
    add(Div.class, "", TWICE, (_, x) -> Ops.div(x.get(0), x.get(1)), List.of(a, positive));
    add(Maximum.class, "", TWICE, (_, x) -> Ops.maximum(x.get(0), x.get(1)), List.of(a, b));
    add(Minimum.class, "", TWICE, (_, x) -> Ops.minimum(x.get(0), x.get(1)), List.of(a, b));
    add(Greater.class, "", TWICE, (_, x) -> Ops.greater(x.get(0), x.get(1)), List.of(a, b));
    add(Equal.class, "", TWICE, (_, x) -> Ops.equal(x.get(0), x.get(1)), List.of(a, b));
    add(IsFinite.class, "", TWICE, (_, x) -> Ops.isFinite(x.get(0)), List.of(a));
    add(
        Where.class,
        "",
        TWICE,
        (_, x) -> Ops.where(Ops.greater(x.get(0), x.get(1)), x.get(0), x.get(2)),
        List.of(a, b, a));
    add(Mul.class, "squared", TWICE, (_, x) -> Ops.square(x.get(0)), List.of(a));
  }

  private void powers() {
    Function<int[], Operand> signed = Operand::awayFromZero;
    Function<int[], Operand> positive = size -> Operand.uniform(0.5, 2, size);
    Function<int[], Operand> exponent = size -> Operand.lattice(0.125, size);
    add(Pow.class, "", TWICE, (_, x) -> Ops.pow(x.get(0), x.get(1)), List.of(positive, exponent));
    add(Pow.class, "2.5", TWICE, (_, x) -> Ops.pow(x.get(0), 2.5), List.of(positive));
    add(Pow.class, "5", TWICE, (_, x) -> Ops.pow(x.get(0), 5), List.of(signed));
    add(Mul.class, "as power 3", TWICE, (_, x) -> Ops.pow(x.get(0), 3), List.of(signed));
    add(Mul.class, "as power 4", TWICE, (_, x) -> Ops.pow(x.get(0), 4), List.of(signed));
    add(Sqrt.class, "as power 0.5", TWICE, (_, x) -> Ops.pow(x.get(0), 0.5), List.of(positive));
    add(Sqrt.class, "as power -0.5", TWICE, (_, x) -> Ops.pow(x.get(0), -0.5), List.of(positive));
    add(Reciprocal.class, "as power -1", TWICE, (_, x) -> Ops.pow(x.get(0), -1), List.of(positive));
    add(Reciprocal.class, "as power -2", TWICE, (_, x) -> Ops.pow(x.get(0), -2), List.of(positive));
  }

  private void composed() {
    Function<int[], Operand> any = Operand::awayFromZero;
    Function<int[], Operand> between = size -> Operand.lattice(0.125, size);
    add(Erf.class, "in gelu", TWICE, (_, x) -> Ops.gelu(x.get(0)), List.of(any));
    add(Tanh.class, "in gelu", TWICE, (_, x) -> Ops.geluTanh(x.get(0)), List.of(any));
    add(Sigmoid.class, "in silu", TWICE, (_, x) -> Ops.silu(x.get(0)), List.of(any));
    add(Where.class, "in clamp", TWICE, (_, x) -> Ops.clamp(x.get(0), -0.5, 1), List.of(between));
  }

  /** At a tie the derivative is a convention, which TieConventionsTest states in numbers. */
  private void ties() {
    Function<int[], Operand> a = size -> Operand.lattice(0, size);
    add(Maximum.class, "ties", NONE, (_, x) -> Ops.maximum(x.get(0), x.get(1)), List.of(a, a));
    add(Minimum.class, "ties", NONE, (_, x) -> Ops.minimum(x.get(0), x.get(1)), List.of(a, a));
    add(Greater.class, "ties", NONE, (_, x) -> Ops.greater(x.get(0), x.get(1)), List.of(a, a));
    add(Equal.class, "ties", NONE, (_, x) -> Ops.equal(x.get(0), x.get(1)), List.of(a, a));
    comparisons("ties", a, a);
    double[] one = {1, Double.NaN, 0};
    double[] other = {0, Double.NaN};
    comparisons(
        "with NaN", size -> Operand.listed(one, size), size -> Operand.listed(other, size));
  }

  private void comparisons(
      String variant, Function<int[], Operand> a, Function<int[], Operand> b) {
    Map<String, BinaryOperator<Node>> verbs = new TreeMap<>();
    verbs.put("less", Ops::less);
    verbs.put("greaterOrEqual", Ops::greaterOrEqual);
    verbs.put("lessOrEqual", Ops::lessOrEqual);
    verbs.put("notEqual", Ops::notEqual);
    verbs.forEach(
        (name, verb) -> {
          Class<? extends Op> op = name.equals("less") ? Greater.class : Equal.class;
          OpCase.Build build = (_, x) -> verb.apply(x.get(0), x.get(1));
          add(op, name + " " + variant, NONE, build, List.of(a, b));
        });
  }
}

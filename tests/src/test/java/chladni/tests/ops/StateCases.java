package chladni.tests.ops;

import static chladni.tests.ops.OpCase.Derivative.BLOCKED;
import static chladni.tests.ops.OpCase.Derivative.NONE;
import static chladni.tests.ops.OpCase.Derivative.TWICE;

import chladni.engine.graph.Assign;
import chladni.engine.graph.Constant;
import chladni.engine.graph.Increment;
import chladni.engine.graph.Input;
import chladni.engine.graph.Ops;
import chladni.engine.graph.ReadVariable;
import chladni.engine.graph.Shape;
import chladni.engine.graph.Variable;
import chladni.engine.nn.Initializers;
import java.util.List;

/** Where values come from and where they stay. */
final class StateCases {
  private StateCases() {}

  private static final Variable WEIGHT =
      Variable.trainable("weight", Shape.of(3, 7), Initializers.normal(0, 1));
  private static final Variable COUNTER = Variable.counter("counter");

  static List<OpCase> all() {
    return List.of(
        OpCase.of(Input.class, "itself", TWICE, (_, x) -> x.get(0), Operand.signed(31)),
        OpCase.of(
            Input.class,
            "twice",
            TWICE,
            (_, x) -> Ops.add(x.get(0), x.get(0)),
            Operand.signed(3, 7)),
        OpCase.of(
            Constant.class,
            "2.5 (3,7)",
            NONE,
            (g, _) -> g.constant(2.5, Shape.of(3, 7))),
        OpCase.of(
            Constant.class,
            "0.1 times x",
            TWICE,
            (g, x) -> Ops.mul(g.constant(0.1), x.get(0)),
            Operand.signed(33)),
        OpCase.of(
            ReadVariable.class,
            "times x",
            TWICE,
            (g, x) -> Ops.mul(g.read(WEIGHT), x.get(0)),
            Operand.signed(3, 7)),
        OpCase.of(
            Assign.class,
            "of x",
            BLOCKED,
            (g, x) -> g.assign(WEIGHT, Ops.scale(x.get(0), 2)),
            Operand.signed(3, 7)),
        OpCase.of(
            Increment.class,
            "that wraps around",
            NONE,
            (_, x) -> Ops.increment(x.get(0)),
            Operand.ints(Integer.MAX_VALUE - 1, Integer.MAX_VALUE, 3)),
        OpCase.of(
            Increment.class,
            "of a counter",
            NONE,
            (g, _) -> Ops.increment(g.read(COUNTER))));
  }
}

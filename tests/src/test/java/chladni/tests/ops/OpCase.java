package chladni.tests.ops;

import chladni.engine.graph.Graph;
import chladni.engine.graph.Node;
import chladni.engine.graph.Op;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** One row of {@link OpCases}: an operation with attributes, built on operands of stated values. */
record OpCase(
    Class<? extends Op> op,
    String variant,
    Derivative derivative,
    Build build,
    List<Operand> operands) {
  /** What is known of the derivative at the values of a case. */
  enum Derivative {
    /** It exists, and so does that of the gradient. */
    TWICE,
    /** By definition nothing passes, whatever the function does. */
    BLOCKED,
    /** Not asked for: no FLOAT operand, or a tie, or given statistics. */
    NONE
  }

  /** Appends the operation. */
  @FunctionalInterface
  interface Build {
    Node apply(Graph graph, List<Node> operands);
  }

  static OpCase of(
      Class<? extends Op> op,
      String variant,
      Derivative derivative,
      Build build,
      Operand... operands) {
    return new OpCase(op, variant, derivative, build, List.of(operands));
  }

  static String inputName(int i) {
    return "x" + i;
  }

  /** The operands as inputs of a new graph. */
  List<Node> inputs(Graph graph) {
    List<Node> nodes = new ArrayList<>();
    for (int i = 0; i < operands.size(); i++) {
      nodes.add(graph.input(inputName(i), operands.get(i).type()));
    }
    return nodes;
  }

  /** Values of the operands; they depend on the row's name alone. */
  List<double[]> values() {
    SplittableRandom random = random("values");
    return operands.stream().map(o -> o.sample(random)).toList();
  }

  SplittableRandom random(String purpose) {
    return new SplittableRandom((toString() + purpose).hashCode());
  }

  @Override
  public String toString() {
    return (op.getSimpleName() + " " + variant).strip();
  }
}

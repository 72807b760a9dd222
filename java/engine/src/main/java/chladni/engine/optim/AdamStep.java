package chladni.engine.optim;

import chladni.engine.graph.Graph;
import chladni.engine.graph.Node;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Variable;

/**
 * One step of Adam's moments: what {@link Adam} and {@link AdamW} have in common.
 *
 * @param step the learning rate over the first moment's bias correction
 * @param root one over the root of the second moment's
 * @param go where it is 0 nothing moves
 */
record AdamStep(double beta1, double beta2, double eps, Node step, Node root, Node go) {
  /** Counts the step. */
  static AdamStep next(
      String prefix, double beta1, double beta2, double eps, Node rate, Node go) {
    Graph graph = rate.graph();
    Variable counter = Variable.counter(prefix + "#step");
    Node t = Ops.toFloat(graph.assign(counter, Ops.increment(graph.read(counter))));
    Node correction1 = Ops.neg(Ops.expm1(Ops.scale(t, StrictMath.log(beta1))));
    Node correction2 = Ops.neg(Ops.expm1(Ops.scale(t, StrictMath.log(beta2))));
    Node root = Ops.reciprocal(Ops.sqrt(correction2));
    return new AdamStep(beta1, beta2, eps, Ops.div(rate, correction1), root, go);
  }

  /**
   * Moves the moments of a variable, and the variable on from a value.
   *
   * @param from the variable's value, perhaps decayed
   */
  void move(Variable variable, Node from, Node gradient) {
    Graph graph = gradient.graph();
    Variable first = Updates.state(variable, "#m");
    Variable second = Updates.state(variable, "#v");
    Node w = graph.read(variable);
    Node m = graph.read(first);
    Node v = graph.read(second);
    Node nextM = Ops.add(Ops.scale(m, beta1), Ops.scale(gradient, 1 - beta1));
    Node nextV = Ops.add(Ops.scale(v, beta2), Ops.scale(Ops.square(gradient), 1 - beta2));
    Node denominator = Ops.shift(Ops.mul(Ops.sqrt(nextV), root), eps);
    Node nextW = Ops.sub(from, Ops.mul(step, Ops.div(nextM, denominator)));
    graph.assign(first, Ops.where(go, nextM, m));
    graph.assign(second, Ops.where(go, nextV, v));
    graph.assign(variable, Ops.where(go, nextW, w));
  }
}

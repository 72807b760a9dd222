package chladni.engine.optim;

import chladni.engine.graph.Node;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Variable;
import chladni.engine.nn.Initializers;

/** What the optimizers share. */
final class Updates {
  private Updates() {}

  /** What an optimizer keeps of a variable, of its shape, from zero. */
  static Variable state(Variable variable, String suffix) {
    return Variable.state(variable.name() + suffix, variable.shape(), Initializers.zeros());
  }

  /** The gradient of the loss and of {@code decay / 2 * |w|^2}. */
  static Node decayed(Node gradient, Node w, double decay) {
    return decay == 0 ? gradient : Ops.add(gradient, Ops.scale(w, decay));
  }
}

package chladni.engine.optim;

import chladni.engine.autodiff.Autodiff;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Node;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Variable;
import java.util.List;

/**
 * A rule that gives variables their next version. It only appends to the graph; state is variables.
 */
public interface Optimizer {
  /**
   * Assigns each variable its next version by gradients that are given, such as clipped ones.
   *
   * @param variables what moves
   * @param gradients one for each, of its shape
   * @param rate a scalar: the learning rate of this step
   * @param go a scalar: where it is 0 neither the variables nor what the optimizer keeps of
   *     each of them moves
   */
  void update(List<Variable> variables, List<Node> gradients, Node rate, Node go);

  /**
   * Differentiates a loss and assigns each variable its next version. Where the loss is not finite
   * nothing moves: the weights, moments and so what the caller saves stay good.
   *
   * @param loss a scalar
   * @param rate a scalar: the learning rate of this step
   */
  default void minimize(Node loss, Node rate, List<Variable> variables) {
    Graph graph = loss.graph();
    List<Node> weights = variables.stream().map(graph::read).toList();
    update(variables, Autodiff.gradients(loss, weights), rate, Ops.isFinite(loss));
  }
}

package chladni.engine.optim;

import chladni.engine.graph.Graph;
import chladni.engine.graph.GraphException;
import chladni.engine.graph.Node;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Variable;
import java.util.List;

/**
 * Stochastic gradient descent as PyTorch's without dampening: the velocity is {@code momentum *
 * velocity + gradient}, the first one the gradient itself. It is a variable beside the weight,
 * {@code NAME#velocity}; without momentum there is none.
 *
 * @param nesterov whether the weights move by the gradient and the velocity it leads to, times
 *     momentum, instead of by the velocity alone: Sutskever et al. 2013
 * @param weightDecay factor on the weights that is added to their gradients
 */
public record Sgd(double momentum, boolean nesterov, double weightDecay) implements Optimizer {
  public Sgd {
    if (nesterov && momentum == 0) {
      throw new GraphException(
          "sgd: Nesterov's step needs a momentum, got 0. Give one, or nesterov false.");
    }
  }

  /** Without momentum and decay. */
  public static Sgd plain() {
    return new Sgd(0, false, 0);
  }

  /** With a momentum, 0.9 as a rule. */
  public static Sgd withMomentum(double momentum) {
    return new Sgd(momentum, false, 0);
  }

  @Override
  public void update(List<Variable> variables, List<Node> gradients, Node rate, Node go) {
    Graph graph = rate.graph();
    try (Graph.Scope _ = graph.scope("sgd")) {
      for (int i = 0; i < variables.size(); i++) {
        Variable variable = variables.get(i);
        Node w = graph.read(variable);
        Node direction = Updates.decayed(gradients.get(i), w, weightDecay);
        if (momentum != 0) {
          direction = moved(graph, Updates.state(variable, "#velocity"), direction, go);
        }
        Node next = Ops.sub(w, Ops.mul(rate, direction));
        graph.assign(variable, Ops.where(go, next, w));
      }
    }
  }

  /** Assigns the next velocity and returns where the weights go by it. */
  private Node moved(Graph graph, Variable velocity, Node gradient, Node go) {
    Node old = graph.read(velocity);
    Node next = Ops.add(Ops.scale(old, momentum), gradient);
    graph.assign(velocity, Ops.where(go, next, old));
    return nesterov ? Ops.add(gradient, Ops.scale(next, momentum)) : next;
  }
}

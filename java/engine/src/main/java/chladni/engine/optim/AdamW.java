package chladni.engine.optim;

import chladni.engine.graph.Graph;
import chladni.engine.graph.Node;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Variable;
import java.util.List;

/**
 * Adam with weight decay of its own (Loshchilov and Hutter 2019) in PyTorch's order of operations:
 * the weights shrink by rate times {@code weightDecay}, then move as {@link Adam} moves them. State
 * is named as Adam's.
 *
 * @param prefix names the counter; one per optimizer
 */
public record AdamW(String prefix, double beta1, double beta2, double eps, double weightDecay)
    implements Optimizer {
  /** beta 0.9, 0.999, eps 1e-8 and decay 0.01. */
  public static AdamW standard(String prefix) {
    return new AdamW(prefix, 0.9, 0.999, 1e-8, 0.01);
  }

  @Override
  public void update(List<Variable> variables, List<Node> gradients, Node rate, Node go) {
    Graph graph = rate.graph();
    try (Graph.Scope _ = graph.scope("adamw:" + prefix)) {
      AdamStep step = AdamStep.next(prefix, beta1, beta2, eps, rate, go);
      Node kept = Ops.shift(Ops.scale(rate, -weightDecay), 1);
      for (int i = 0; i < variables.size(); i++) {
        Node decayed = Ops.mul(graph.read(variables.get(i)), kept);
        step.move(variables.get(i), decayed, gradients.get(i));
      }
    }
  }
}

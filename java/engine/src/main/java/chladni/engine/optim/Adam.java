package chladni.engine.optim;

import chladni.engine.graph.Graph;
import chladni.engine.graph.Node;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Variable;
import java.util.List;

/**
 * Adam (Kingma and Ba 2015) with PyTorch's order of operations. Moments and the step counter are
 * variables beside the weights: {@code NAME#m}, {@code NAME#v}, {@code PREFIX#step}.
 *
 * @param prefix names the counter; one per optimizer
 * @param weightDecay factor on the weights that is added to their gradients, so that the moments
 *     see it: an L2 penalty. {@link AdamW} keeps it apart
 */
public record Adam(String prefix, double beta1, double beta2, double eps, double weightDecay)
    implements Optimizer {
  /** Without weight decay. */
  public Adam(String prefix, double beta1, double beta2, double eps) {
    this(prefix, beta1, beta2, eps, 0);
  }

  /** beta 0.9, 0.999 and eps 1e-8. */
  public static Adam standard(String prefix) {
    return new Adam(prefix, 0.9, 0.999, 1e-8);
  }

  /** pix2pix: beta1 0.5. */
  public static Adam pix2pix(String prefix) {
    return new Adam(prefix, 0.5, 0.999, 1e-8);
  }

  @Override
  public void update(List<Variable> variables, List<Node> gradients, Node rate, Node go) {
    Graph graph = rate.graph();
    try (Graph.Scope _ = graph.scope("adam:" + prefix)) {
      AdamStep step = AdamStep.next(prefix, beta1, beta2, eps, rate, go);
      for (int i = 0; i < variables.size(); i++) {
        Variable variable = variables.get(i);
        Node w = graph.read(variable);
        step.move(variable, w, Updates.decayed(gradients.get(i), w, weightDecay));
      }
    }
  }
}

package chladni.engine.optim;

import chladni.engine.autodiff.Autodiff;
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
 */
public record Adam(String prefix, double beta1, double beta2, double eps) {
  /** beta 0.9, 0.999 and eps 1e-8. */
  public static Adam standard(String prefix) {
    return new Adam(prefix, 0.9, 0.999, 1e-8);
  }

  /** pix2pix: beta1 0.5. */
  public static Adam pix2pix(String prefix) {
    return new Adam(prefix, 0.5, 0.999, 1e-8);
  }

  /**
   * Assigns each variable its next version. Where the loss is not finite nothing moves: the weights,
   * moments and so what the caller saves stay good.
   *
   * @param loss a scalar
   * @param rate a scalar: the learning rate of this step
   */
  public void minimize(Node loss, Node rate, List<Variable> variables) {
    Graph graph = loss.graph();
    List<Node> weights = variables.stream().map(graph::read).toList();
    List<Node> gradients = Autodiff.gradients(loss, weights);
    try (Graph.Scope _ = graph.scope("adam:" + prefix)) {
      Node finite = Ops.isFinite(loss);
      Variable counter = Variable.counter(prefix + "#step");
      Node t = Ops.toFloat(graph.assign(counter, Ops.increment(graph.read(counter))));
      Node correction1 = Ops.neg(Ops.expm1(Ops.scale(t, StrictMath.log(beta1))));
      Node correction2 = Ops.neg(Ops.expm1(Ops.scale(t, StrictMath.log(beta2))));
      Node step = Ops.div(rate, correction1);
      Node root = Ops.reciprocal(Ops.sqrt(correction2));
      for (int i = 0; i < weights.size(); i++) {
        update(graph, variables.get(i), gradients.get(i), finite, step, root);
      }
    }
  }

  private void update(
      Graph graph, Variable variable, Node gradient, Node finite, Node step, Node root) {
    Variable first = moment(variable, "#m");
    Variable second = moment(variable, "#v");
    Node w = graph.read(variable);
    Node m = graph.read(first);
    Node v = graph.read(second);
    Node nextM = Ops.add(Ops.scale(m, beta1), Ops.scale(gradient, 1 - beta1));
    Node nextV = Ops.add(Ops.scale(v, beta2), Ops.scale(Ops.square(gradient), 1 - beta2));
    Node denominator = Ops.shift(Ops.mul(Ops.sqrt(nextV), root), eps);
    Node nextW = Ops.sub(w, Ops.mul(step, Ops.div(nextM, denominator)));
    graph.assign(first, Ops.where(finite, nextM, m));
    graph.assign(second, Ops.where(finite, nextV, v));
    graph.assign(variable, Ops.where(finite, nextW, w));
  }

  private static Variable moment(Variable variable, String suffix) {
    return Variable.state(
        variable.name() + suffix, variable.shape(), (n, s, seed) -> new float[(int) s.elements()]);
  }
}

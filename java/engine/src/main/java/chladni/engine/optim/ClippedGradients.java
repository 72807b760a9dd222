package chladni.engine.optim;

import chladni.engine.graph.Graph;
import chladni.engine.graph.Node;
import chladni.engine.graph.Ops;
import java.util.List;

/**
 * Gradients made short enough, for {@link Optimizer#update}.
 *
 * @param norm the length that they had as one vector, a scalar; not finite where one of them is
 *     not, so that {@code Ops.isFinite(norm)} may be what lets the update go
 */
public record ClippedGradients(List<Node> gradients, Node norm) {
  /**
   * All gradients times {@code maxNorm / (norm + 1e-6)} where that is below 1, as PyTorch's
   * clip_grad_norm_ has it.
   */
  public static ClippedGradients byNorm(List<Node> gradients, double maxNorm) {
    Graph graph = gradients.getFirst().graph();
    try (Graph.Scope _ = graph.scope("clip")) {
      Node square =
          gradients.stream().map(g -> Ops.sum(Ops.square(g))).reduce(Ops::add).orElseThrow();
      Node norm = Ops.sqrt(square);
      Node ratio = Ops.div(graph.constant(maxNorm), Ops.shift(norm, 1e-6));
      Node factor = Ops.minimum(ratio, graph.constant(1));
      return new ClippedGradients(gradients.stream().map(g -> Ops.mul(g, factor)).toList(), norm);
    }
  }
}

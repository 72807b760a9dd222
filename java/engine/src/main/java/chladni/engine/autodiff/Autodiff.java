package chladni.engine.autodiff;

import chladni.engine.graph.DType;
import chladni.engine.graph.Graph;
import chladni.engine.graph.GradientException;
import chladni.engine.graph.Node;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Shape;
import java.util.List;

/**
 * Reverse-mode differentiation. The gradients are ordinary nodes, so a gradient of a gradient is a
 * second call.
 */
public final class Autodiff {
  private Autodiff() {}

  /**
   * The gradients of a scalar by each of some nodes, in their order and of their shapes. A node that
   * the loss does not depend on gets zeros.
   *
   * @throws GradientException when the loss is not a FLOAT scalar, or an operation on the way has no
   *     derivative
   */
  public static List<Node> gradients(Node loss, List<Node> wrt) {
    if (loss.dtype() != DType.FLOAT || !loss.shape().equals(Shape.SCALAR)) {
      throw new GradientException(
          "gradients: the loss must be a FLOAT scalar, got %s. Take its mean or sum.".formatted(loss));
    }
    return gradients(loss, loss.graph().constant(1), wrt);
  }

  /** The vector-Jacobian product of any FLOAT node with {@code dOut}, of its shape. */
  public static List<Node> gradients(Node out, Node dOut, List<Node> wrt) {
    Graph graph = out.graph();
    if (!dOut.shape().equals(out.shape())) {
      throw new GradientException(
          "gradients: dOut must have the shape of %s, got %s.".formatted(out, dOut));
    }
    List<Node> nodes = List.copyOf(graph.nodes());
    boolean[] active = dependsOn(nodes, out.id(), wrt);
    Node[] gradient = new Node[out.id() + 1];
    gradient[out.id()] = dOut;
    for (int id = out.id(); id >= 0; id--) {
      Node node = nodes.get(id);
      if (gradient[id] == null || !active[id] || node.inputs().isEmpty()) {
        continue;
      }
      try (Graph.Scope _ = graph.scope("grad:" + (node.scope().isEmpty() ? "" : node.scope()))) {
        List<Node> parts = node.op().vjp(node, gradient[id]);
        for (int i = 0; i < parts.size(); i++) {
          Node input = node.input(i);
          if (parts.get(i) != null && active[input.id()]) {
            Node sum = gradient[input.id()];
            gradient[input.id()] = sum == null ? parts.get(i) : Ops.add(sum, parts.get(i));
          }
        }
      }
    }
    return wrt.stream()
        .map(
            w ->
                w.id() < gradient.length && gradient[w.id()] != null
                    ? gradient[w.id()]
                    : Ops.zerosLike(w))
        .toList();
  }

  /** For each node up to {@code last}, whether it depends on one of {@code wrt} or is one. */
  private static boolean[] dependsOn(List<Node> nodes, int last, List<Node> wrt) {
    boolean[] active = new boolean[last + 1];
    wrt.stream().filter(w -> w.id() <= last).forEach(w -> active[w.id()] = true);
    for (int id = 0; id <= last; id++) {
      List<Node> inputs = nodes.get(id).inputs();
      active[id] |= inputs.stream().anyMatch(n -> active[n.id()]);
    }
    return active;
  }
}

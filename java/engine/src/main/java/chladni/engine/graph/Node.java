package chladni.engine.graph;

import chladni.engine.api.Experimental;
import java.util.List;

/**
 * One value of a graph: an operation applied to earlier nodes. Nodes have identity, operations have
 * value.
 */
public final class Node {
  private final Graph graph;
  private final int id;
  private final Op op;
  private final List<Node> inputs;
  private final TensorType type;
  private final String scope;

  Node(Graph graph, int id, Op op, List<Node> inputs, TensorType type, String scope) {
    this.graph = graph;
    this.id = id;
    this.op = op;
    this.inputs = List.copyOf(inputs);
    this.type = type;
    this.scope = scope;
  }

  public Graph graph() {
    return graph;
  }

  /** The position in creation order, which is topological. */
  public int id() {
    return id;
  }

  /** What made it. */
  @Experimental
  public Op op() {
    return op;
  }

  public List<Node> inputs() {
    return inputs;
  }

  public Node input(int i) {
    return inputs.get(i);
  }

  public TensorType type() {
    return type;
  }

  public Shape shape() {
    return type.shape();
  }

  public DType dtype() {
    return type.dtype();
  }

  /** The scope in which the node was made, such as {@code down3}; empty outside of any. */
  public String scope() {
    return scope;
  }

  /** {@code conv2d 'down3' #17 (8,64,32,32)}. */
  @Override
  public String toString() {
    return "%s%s #%d %s"
        .formatted(op.name(), scope.isEmpty() ? "" : " '" + scope + "'", id, type.shape());
  }
}

package chladni.engine.plan;

import chladni.engine.graph.Broadcast;
import chladni.engine.graph.Constant;
import chladni.engine.graph.Conv2d;
import chladni.engine.graph.ConvTranspose2d;
import chladni.engine.graph.ConvWeightGrad;
import chladni.engine.graph.CustomOp;
import chladni.engine.graph.DType;
import chladni.engine.graph.Dropout;
import chladni.engine.graph.ElementwiseOp;
import chladni.engine.graph.IndexOp;
import chladni.engine.graph.Input;
import chladni.engine.graph.LogSoftmax;
import chladni.engine.graph.MatMul;
import chladni.engine.graph.MaxPool2d;
import chladni.engine.graph.MaxPool2dGrad;
import chladni.engine.graph.Node;
import chladni.engine.graph.OneHot;
import chladni.engine.graph.ReadVariable;
import chladni.engine.graph.Reshape;
import chladni.engine.graph.ToFloat;
import chladni.engine.graph.WindowOp;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The layout of each node, should it be materialised. Nodes of rank 4 that elementwise operations
 * tie together share one: a family of convolution weights is packed, other weights and matrices are
 * row-major, everything else has its channels last. Weights of groups are small, and one tensor may serve
 * different numbers of groups: they are row-major.
 */
final class Layouts {
  /** What is known of a set of tied nodes. */
  private static final class Ties {
    private boolean weights;
    private boolean activations;
    private boolean foreign;
    private boolean matrices;
    private final Set<String> convolved = new HashSet<>();
  }

  private final Map<Node, Node> parent = new HashMap<>();
  private final Map<Node, Ties> ties = new HashMap<>();
  private final Map<String, Node> variables = new HashMap<>();
  private final Map<Node, String> names = new HashMap<>();

  /** Pooled pictures that become rows of a matrix, and gradients that come back from there. */
  private final Set<Node> flattened = new HashSet<>();

  Layouts(Dataflow flow) {
    for (Node node : flow.nodes()) {
      if (node.op() instanceof ReadVariable(var variable)) {
        variables.put(variable.name(), node);
        names.put(node, variable.name());
      }
    }
    flow.assigned().forEach((name, value) -> names.putIfAbsent(value, name));
    tie(flow);
    flow.nodes().forEach(this::note);
    flow.assigned().values().stream().filter(this::isTied).forEach(n -> of4(n).weights = true);
    flow.assigned().forEach(variables::putIfAbsent);
    flow.nodes().stream().filter(n -> isFlattened(flow, n)).forEach(flattened::add);
  }

  /** Max pooling leaves and takes its smaller side in either order, so that no pass turns it. */
  private static boolean isFlattened(Dataflow flow, Node node) {
    return !flow.users(node).isEmpty()
        && switch (node.op()) {
          case MaxPool2d _ -> flow.users(node).stream().allMatch(u -> u.op() instanceof Reshape);
          case Reshape _ ->
              flow.users(node).stream()
                  .allMatch(u -> u.op() instanceof MaxPool2dGrad && u.input(0) != node);
          default -> false;
        };
  }

  private void tie(Dataflow flow) {
    for (Node node : flow.nodes()) {
      if (node.op() instanceof ElementwiseOp && isTied(node)) {
        node.inputs().stream().filter(this::isTied).forEach(in -> union(node, in));
      }
    }
    flow.assigned()
        .forEach(
            (name, value) -> {
              Node old = variables.get(name);
              if (old != null && isTied(old) && isTied(value)) {
                union(old, value);
              }
            });
  }

  private void note(Node node) {
    boolean tied = isTied(node);
    switch (node.op()) {
      case ReadVariable _ when tied -> of4(node).weights = true;
      case ConvWeightGrad op -> {
        of4(node).weights = true;
        of4(node).foreign |= op.groups() > 1;
        activation(node.input(0));
        activation(node.input(1));
      }
      case Conv2d op -> convolution(node, op.groups());
      case ConvTranspose2d op -> convolution(node, op.groups());
      case WindowOp _ -> {
        activation(node);
        node.inputs().forEach(this::activation);
      }
      case MatMul _ -> {
        matrices(node);
        node.inputs().forEach(this::matrices);
      }
      case Dropout _ when tied -> activation(node);
      case ElementwiseOp _ -> {}
      default -> {
        if (tied) {
          of4(node).foreign = true;
        }
      }
    }
  }

  private void convolution(Node node, int groups) {
    activation(node);
    activation(node.input(0));
    if (isTied(node.input(1))) {
      Ties weight = of4(node.input(1));
      weight.convolved.add(names.getOrDefault(node.input(1), ""));
      weight.foreign |= groups > 1;
    }
  }

  private void matrices(Node node) {
    if (isTied(node)) {
      of4(node).foreign = true;
      of4(node).matrices = true;
    }
  }

  private void activation(Node node) {
    if (isTied(node)) {
      of4(node).activations = true;
    }
  }

  /** Whether its layout is a matter of choice and of its neighbours. */
  private boolean isTied(Node node) {
    return node.dtype() == DType.FLOAT && node.shape().rank() == 4 && !isNeutral(node);
  }

  /** Whether a node has one value everywhere and so fits into any layout. */
  static boolean isNeutral(Node node) {
    return node.op() instanceof Constant
        || (node.op() instanceof Broadcast && node.input(0).shape().elements() == 1);
  }

  private Node find(Node node) {
    Node root = node;
    while (parent.getOrDefault(root, root) != root) {
      root = parent.get(root);
    }
    parent.put(node, root);
    return root;
  }

  private void union(Node a, Node b) {
    parent.put(find(a), find(b));
  }

  private Ties of4(Node node) {
    return ties.computeIfAbsent(find(node), _ -> new Ties());
  }

  /** The family that a node belongs to, empty for those in none. */
  String family(Node node) {
    if (!isTied(node)) {
      return "";
    }
    Ties t = of4(node);
    boolean packed = t.convolved.size() == 1 && !t.activations && !t.foreign;
    return packed ? t.convolved.iterator().next() : "";
  }

  Layout of(Node node) {
    if (node.dtype() != DType.FLOAT || node.shape().rank() != 4 || flattened.contains(node)) {
      return Layout.ROW_MAJOR;
    }
    return switch (node.op()) {
      case CustomOp _, IndexOp _, Input _, LogSoftmax _, MatMul _, OneHot _, ToFloat _ ->
          Layout.ROW_MAJOR;
      case Conv2d _, ConvTranspose2d _, Dropout _, WindowOp _ -> Layout.CHANNELS_LAST;
      default -> {
        if (!family(node).isEmpty()) {
          yield Layout.PACKED;
        }
        boolean plain =
            node.op() instanceof ReadVariable
                || node.op() instanceof ConvWeightGrad
                || (isTied(node)
                    && (of4(node).weights || of4(node).matrices)
                    && !of4(node).activations);
        yield plain ? Layout.ROW_MAJOR : Layout.CHANNELS_LAST;
      }
    };
  }

  /** The family that a variable's storage belongs to, empty where it is row-major. */
  String familyOfVariable(String name) {
    return family(variables.get(name));
  }
}

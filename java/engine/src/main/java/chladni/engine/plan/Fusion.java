package chladni.engine.plan;

import chladni.engine.graph.Concat;
import chladni.engine.graph.Constant;
import chladni.engine.graph.Div;
import chladni.engine.graph.ElementwiseOp;
import chladni.engine.graph.Erf;
import chladni.engine.graph.Exp;
import chladni.engine.graph.Expm1;
import chladni.engine.graph.Input;
import chladni.engine.graph.Log;
import chladni.engine.graph.Node;
import chladni.engine.graph.Op;
import chladni.engine.graph.Pow;
import chladni.engine.graph.ReadVariable;
import chladni.engine.graph.Reciprocal;
import chladni.engine.graph.ReductionOp;
import chladni.engine.graph.Sigmoid;
import chladni.engine.graph.Softplus;
import chladni.engine.graph.Sqrt;
import chladni.engine.graph.Tanh;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Decides which nodes are materialised. The others are computed where they are used: always when
 * that is one place, and again at each place when it costs less than to store and load.
 */
final class Fusion {
  /** How much a consumer may read or repeat an operand before it is computed first instead. */
  private static final int SMALL = 4;

  private static final int MANY = 16;

  /** What computing a node anew takes: the materialised nodes it reads, and how it is made. */
  private record Cost(Set<Node> loads, boolean computes, boolean expensive) {}

  private final Dataflow flow;
  private final Epilogues epilogues;
  private final Set<Node> stored = new HashSet<>();
  private final Map<Node, Cost> costs = new HashMap<>();

  private Fusion(Dataflow flow, Epilogues epilogues, Set<Node> wanted) {
    this.flow = flow;
    this.epilogues = epilogues;
    stored.addAll(wanted);
  }

  /**
   * The nodes that get a buffer, leaves of the graph apart.
   *
   * @param wanted nodes that must be among them
   */
  static Set<Node> stored(Dataflow flow, Epilogues epilogues, Set<Node> wanted) {
    Fusion fusion = new Fusion(flow, epilogues, wanted);
    fusion.demand();
    flow.nodes().forEach(n -> fusion.costs.put(n, fusion.cost(n)));
    fusion.choose();
    return fusion.stored;
  }

  static boolean isLeaf(Node node) {
    return node.op() instanceof Input || node.op() instanceof ReadVariable;
  }

  static boolean isReduction(Node node) {
    return node.op() instanceof ReductionOp;
  }

  /** Whether a fused kernel may compute it on the way. */
  static boolean isInline(Node node) {
    return node.op() instanceof ElementwiseOp || Views.isView(node);
  }

  /** Everything that has a buffer whatever its cost. */
  private void demand() {
    for (Node node : flow.nodes()) {
      Epilogues.Chain chain = epilogues.endingAt(node);
      if (chain != null) {
        stored.add(node);
        chain.product().inputs().forEach(this::needs);
        chain.stages().stream().filter(s -> s.operand() != null).forEach(s -> needs(s.operand()));
      } else if (!isLeaf(node) && !(node.op() instanceof Constant) && !isInline(node)) {
        stored.add(node);
        if (!isReduction(node) && !(node.op() instanceof Concat)) {
          node.inputs().forEach(this::needs);
        }
      } else if (flow.isRoot(node)) {
        needs(node);
      }
    }
    stored.removeIf(epilogues::isAbsorbed);
  }

  private void needs(Node node) {
    if (!isLeaf(node)) {
      stored.add(node);
    }
  }

  private Cost cost(Node node) {
    if (stored.contains(node) || isLeaf(node)) {
      return new Cost(Set.of(node), false, false);
    }
    Set<Node> loads = new HashSet<>();
    boolean expensive = isExpensive(node.op());
    boolean computes = node.op() instanceof ElementwiseOp;
    for (Node in : node.inputs()) {
      Cost cost = costs.get(in);
      loads.addAll(cost.loads);
      expensive |= cost.expensive;
      computes |= cost.computes;
    }
    boolean again = flow.users(node).size() > 1 && (expensive || loads.size() > MANY);
    // What is spread will be stored, so that its users load it whatever making it takes.
    return again || (computes && isSpread(node))
        ? new Cost(Set.of(node), true, false)
        : new Cost(loads, computes, expensive);
  }

  private void choose() {
    Map<Node, Set<Node>> kernels = new HashMap<>();
    List<Node> nodes = flow.nodes();
    for (int i = nodes.size() - 1; i >= 0; i--) {
      Node node = nodes.get(i);
      Set<Node> in = new HashSet<>();
      if (isInline(node) && !stored.contains(node) && !epilogues.isAbsorbed(node)) {
        for (Node user : flow.users(node)) {
          in.addAll(kernels.get(user));
        }
        Cost cost = costs.get(node);
        if (cost.computes && ((in.size() > 1 && !isCheap(node)) || isSpread(node))) {
          stored.add(node);
        }
      }
      kernels.put(node, isInline(node) && !stored.contains(node) ? in : Set.of(node));
    }
  }

  private boolean isCheap(Node node) {
    Cost cost = costs.get(node);
    long full =
        cost.loads.stream()
            .filter(n -> n.shape().elements() * SMALL >= node.shape().elements())
            .count();
    return !cost.expensive && !cost.loads.contains(node) && full <= 2;
  }

  /** Whether a user repeats each element many times. */
  private boolean isSpread(Node node) {
    return flow.users(node).stream()
        .anyMatch(
            u -> Views.isView(u) && u.shape().elements() > SMALL * node.shape().elements());
  }

  private static boolean isExpensive(Op op) {
    return switch (op) {
      case Div _, Erf _, Exp _, Expm1 _, Log _, Pow _, Reciprocal _, Sigmoid _, Softplus _, Sqrt _,
          Tanh _ ->
          true;
      default -> false;
    };
  }
}

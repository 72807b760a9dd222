package chladni.engine.plan;

import chladni.engine.graph.Add;
import chladni.engine.graph.Broadcast;
import chladni.engine.graph.ChannelBroadcast;
import chladni.engine.graph.Conv2d;
import chladni.engine.graph.ConvTranspose2d;
import chladni.engine.graph.LeakyRelu;
import chladni.engine.graph.MatMul;
import chladni.engine.graph.Mul;
import chladni.engine.graph.Node;
import chladni.engine.graph.Reshape;
import chladni.engine.graph.Shape;
import chladni.engine.graph.Sigmoid;
import chladni.engine.graph.Tanh;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Finds what can be done to the result of a convolution or matrix product before it is stored. */
final class Epilogues {
  /**
   * One operation of an epilogue.
   *
   * @param node whose value it makes
   * @param operand one value for each channel, or null
   */
  record Stage(Node node, Node operand) {}

  /** A product and what follows it at once. */
  record Chain(Node product, List<Stage> stages) {}

  private final Map<Node, Chain> byTail = new HashMap<>();
  private final Set<Node> absorbed = new HashSet<>();

  Epilogues(Dataflow flow) {
    for (Node node : flow.nodes()) {
      if (node.op() instanceof Conv2d
          || node.op() instanceof ConvTranspose2d
          || node.op() instanceof MatMul) {
        find(flow, node);
      }
    }
  }

  /** The chain whose last value this is, or null. */
  Chain endingAt(Node tail) {
    return byTail.get(tail);
  }

  /** Whether the value exists only inside of a chain. */
  boolean isAbsorbed(Node node) {
    return absorbed.contains(node);
  }

  private void find(Dataflow flow, Node product) {
    List<Stage> stages = new ArrayList<>();
    Node tail = product;
    boolean open = true;
    while (open && flow.users(tail).size() == 1 && !flow.isRoot(tail)) {
      Node next = flow.users(tail).get(0);
      Stage stage = stage(tail, next);
      // Axis 1 of many matrices is no axis of channels.
      boolean many = product.op() instanceof MatMul && product.shape().rank() > 2;
      if (stage == null || (many && stage.operand() != null)) {
        break;
      }
      stages.add(stage);
      absorbed.add(tail);
      tail = next;
      open = stage.operand() != null;
    }
    byTail.put(tail, new Chain(product, List.copyOf(stages)));
  }

  private static Stage stage(Node value, Node user) {
    return switch (user.op()) {
      // A library's maximum with 0 makes 0 of NaN, and a diverged network would look healthy.
      case LeakyRelu op when op.slope() > 0 -> new Stage(user, null);
      case Tanh _, Sigmoid _ -> new Stage(user, null);
      case Add _, Mul _ -> perChannel(value, user);
      default -> null;
    };
  }

  private static Stage perChannel(Node value, Node user) {
    Node other = user.input(0) == value ? user.input(1) : user.input(0);
    Node source = other == value ? null : channels(other);
    return source == null ? null : new Stage(user, source);
  }

  /** The source of a node that holds one value for each index of axis 1; null for others. */
  private static Node channels(Node wide) {
    if (!(wide.op() instanceof ChannelBroadcast || wide.op() instanceof Broadcast)) {
      return null;
    }
    Node source = wide.input(0);
    Shape from = source.shape();
    int axis = wide.op() instanceof Broadcast ? 1 - (wide.shape().rank() - from.rank()) : 1;
    if (axis < 0
        || axis >= from.rank()
        || from.dim(axis) != wide.shape().dim(1)
        || from.elements() != from.dim(axis)) {
      return null;
    }
    while (source.op() instanceof Reshape) {
      source = source.input(0);
    }
    return source;
  }
}

package chladni.engine.plan;

import chladni.engine.graph.Add;
import chladni.engine.graph.BatchNorm;
import chladni.engine.graph.BlockSum2d;
import chladni.engine.graph.Broadcast;
import chladni.engine.graph.ChannelBroadcast;
import chladni.engine.graph.Concat;
import chladni.engine.graph.Constant;
import chladni.engine.graph.Div;
import chladni.engine.graph.ElementwiseOp;
import chladni.engine.graph.Flip;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Max;
import chladni.engine.graph.Mul;
import chladni.engine.graph.Neg;
import chladni.engine.graph.Node;
import chladni.engine.graph.Op;
import chladni.engine.graph.Pad;
import chladni.engine.graph.Reciprocal;
import chladni.engine.graph.Reshape;
import chladni.engine.graph.Scale;
import chladni.engine.graph.Shape;
import chladni.engine.graph.Shift;
import chladni.engine.graph.Slice;
import chladni.engine.graph.Sqrt;
import chladni.engine.graph.StopGradient;
import chladni.engine.graph.Sub;
import chladni.engine.graph.Sum;
import chladni.engine.graph.Transpose;
import chladni.engine.graph.UpsampleNearest2d;
import chladni.engine.graph.Where;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Appends operations to a graph unless an earlier node or a simpler one has the same value. The
 * rules keep values, infinities and NaN included: nothing is dropped because it is multiplied by 0.
 */
final class Rewrite {
  private record Key(Op op, List<Node> operands) {}

  private final Graph graph;
  private final Map<Key, Node> known = new HashMap<>();

  Rewrite(Graph graph) {
    this.graph = graph;
  }

  Graph graph() {
    return graph;
  }

  Node make(Op op, Node... in) {
    return make(op, List.of(in));
  }

  Node make(Op op, List<Node> in) {
    Node simpler =
        op instanceof ElementwiseOp e ? elementwise(e, in) : in.isEmpty() ? null : other(op, in);
    return simpler != null
        ? simpler
        : known.computeIfAbsent(new Key(op, in), _ -> graph.append(op, in));
  }

  private Node constant(double value, Shape shape) {
    return make(new Constant(value, shape));
  }

  /** As {@link BatchNorm#vjp} names the parts, so that the gradient shares them. */
  Node batchNorm(Node x, Node mean, Node var, Node gamma, Node beta, double eps) {
    ChannelBroadcast wide = new ChannelBroadcast(x.shape());
    Node rstd = make(new Reciprocal(), make(new Sqrt(), make(new Shift(eps), var)));
    Node factor = make(new Mul(), rstd, make(new Broadcast(rstd.shape()), gamma));
    Node centred = make(new Sub(), x, make(wide, mean));
    Node scaled = make(new Mul(), centred, make(wide, factor));
    Node row = make(new Reshape(Shape.of(1, x.shape().dim(1))), beta);
    return make(new Add(), scaled, make(wide, row));
  }

  private Node elementwise(ElementwiseOp op, List<Node> in) {
    Node a = in.get(0);
    Node b = in.size() > 1 ? in.get(1) : a;
    if (in.stream().allMatch(n -> n.op() instanceof Constant)) {
      Node c = in.get(in.size() - 1);
      return constant(Scalars.apply(op, value(a), value(b), value(c)), a.shape());
    }
    Node narrow = beforeBroadcast(op, in);
    if (narrow != null) {
      return narrow;
    }
    return switch (op) {
      case StopGradient _ -> a;
      case Scale(double factor) when factor == 1 -> a;
      case Shift(double addend) when addend == 0 -> a;
      case Neg _ when a.op() instanceof Neg -> a.input(0);
      case Add _ when a.op() instanceof Constant -> make(new Shift(value(a)), b);
      case Add _ when b.op() instanceof Constant -> make(new Shift(value(b)), a);
      case Add _ -> joined(a, b);
      case Sub _ when b.op() instanceof Constant -> make(new Shift(-value(b)), a);
      case Mul _ when a.op() instanceof Constant -> make(new Scale(value(a)), b);
      case Mul _ when b.op() instanceof Constant -> make(new Scale(value(b)), a);
      case Div _ when b.op() instanceof Constant && value(b) == 1 -> a;
      case Where _ when a.op() instanceof Constant -> in.get(value(a) != 0 ? 1 : 2);
      default -> null;
    };
  }

  /** What is equal along an axis is computed once and repeated after. */
  private Node beforeBroadcast(ElementwiseOp op, List<Node> in) {
    Node wide = in.stream().filter(n -> !(n.op() instanceof Constant)).findFirst().orElseThrow();
    if (!(wide.op() instanceof Broadcast || wide.op() instanceof ChannelBroadcast)) {
      return null;
    }
    Shape shape = wide.input(0).shape();
    List<Node> narrow = new ArrayList<>();
    for (Node n : in) {
      if (n.op() instanceof Constant) {
        narrow.add(constant(value(n), shape));
      } else if (n.op().equals(wide.op()) && n.input(0).shape().equals(shape)) {
        narrow.add(n.input(0));
      } else {
        return null;
      }
    }
    return make(wide.op(), make(op, narrow));
  }

  private Node other(Op op, List<Node> in) {
    Node x = in.get(0);
    Shape shape = x.shape();
    if (in.size() == 1 && x.op() instanceof Constant) {
      Node folded = ofConstant(op, x);
      if (folded != null) {
        return folded;
      }
    }
    return switch (op) {
      case Reshape(Shape to) -> reshape(x, to);
      case Broadcast(Shape to) when to.equals(shape) -> x;
      case UpsampleNearest2d(int factor) when factor == 1 -> x;
      case BlockSum2d(int factor) when factor == 1 -> x;
      case Transpose(List<Integer> order) -> transpose(x, order);
      case Flip(int axis) -> flip(x, shape.axis(axis));
      case Slice(int axis, int from, int to) -> slice(x, shape.axis(axis), from, to);
      case Pad(int axis, int before, int after) -> pad(x, shape.axis(axis), before, after);
      case Concat _ when in.size() == 1 -> x;
      case Sum(List<Integer> axes, boolean keep) -> squeezed(x, axes, keep);
      case Max(List<Integer> axes, boolean keep) -> squeezed(x, axes, keep);
      default -> null;
    };
  }

  private Node ofConstant(Op op, Node x) {
    double v = value(x);
    return switch (op) {
      case Reshape(Shape to) -> constant(v, to);
      case Broadcast(Shape to) -> constant(v, to);
      case ChannelBroadcast(Shape to) -> constant(v, to);
      case Flip _ -> x;
      case Slice(int axis, int from, int to) -> constant(v, x.shape().with(axis, to - from));
      case Pad(int axis, int before, int after) when v == 0 ->
          constant(0, x.shape().with(axis, before + x.shape().dim(axis) + after));
      case Transpose(List<Integer> order) ->
          constant(v, Shape.of(order.stream().mapToInt(x.shape()::dim).toArray()));
      case Sum(List<Integer> axes, boolean keep) -> {
        Shape to = Op.reduced(x.shape(), axes, keep);
        yield constant(v * x.shape().elements() / to.elements(), to);
      }
      case Max(List<Integer> axes, boolean keep) ->
          constant(v, Op.reduced(x.shape(), axes, keep));
      default -> null;
    };
  }

  /** Reshapes meet in one flat axis: a chain of them is at most two. */
  private Node reshape(Node x, Shape to) {
    if (x.shape().equals(to)) {
      return x;
    }
    if (x.op() instanceof Reshape) {
      return make(new Reshape(to), x.input(0));
    }
    Shape flat = Shape.of(Math.toIntExact(to.elements()));
    if (x.shape().rank() <= 1 || to.rank() <= 1) {
      return null;
    }
    // Not by make: the rule for chains would undo it.
    Key key = new Key(new Reshape(flat), List.of(x));
    Node line = known.computeIfAbsent(key, k -> graph.append(k.op(), k.operands()));
    return known.computeIfAbsent(
        new Key(new Reshape(to), List.of(line)), k -> graph.append(k.op(), k.operands()));
  }

  private Node squeezed(Node x, List<Integer> axes, boolean keep) {
    return axes.stream().allMatch(a -> x.shape().dim(a) == 1)
        ? make(new Reshape(Op.reduced(x.shape(), axes, keep)), x)
        : null;
  }

  private Node transpose(Node x, List<Integer> order) {
    if (IntStream.range(0, order.size()).allMatch(i -> order.get(i) == i)) {
      return x;
    }
    return x.op() instanceof Transpose(List<Integer> inner)
        ? make(new Transpose(order.stream().map(inner::get).toList()), x.input(0))
        : null;
  }

  private static Node flip(Node x, int axis) {
    boolean back = x.op() instanceof Flip(int a) && x.shape().axis(a) == axis;
    return back ? x.input(0) : x.shape().dim(axis) == 1 ? x : null;
  }

  private Node slice(Node x, int axis, int from, int to) {
    if (from == 0 && to == x.shape().dim(axis)) {
      return x;
    }
    if (x.op() instanceof Slice(int a, int start, int _) && x.input(0).shape().axis(a) == axis) {
      return make(new Slice(axis, start + from, start + to), x.input(0));
    }
    if (x.op() instanceof Concat(int a) && x.shape().axis(a) == axis) {
      int start = 0;
      for (Node part : x.inputs()) {
        int end = start + part.shape().dim(axis);
        if (start <= from && to <= end) {
          return make(new Slice(axis, from - start, to - start), part);
        }
        start = end;
      }
    }
    return null;
  }

  private Node pad(Node x, int axis, int before, int after) {
    List<Node> parts = new ArrayList<>();
    if (before > 0) {
      parts.add(constant(0, x.shape().with(axis, before)));
    }
    parts.add(x);
    if (after > 0) {
      parts.add(constant(0, x.shape().with(axis, after)));
    }
    return make(new Concat(axis), parts);
  }

  /**
   * The sum of two concats whose parts meet only zeros of the other: one concat. The gradients of
   * the slices of a tensor come together so.
   */
  private Node joined(Node a, Node b) {
    if (!(a.op() instanceof Concat(int axis) && b.op().equals(a.op()))) {
      return null;
    }
    int extent = a.shape().dim(axis);
    Node[] at = new Node[extent];
    for (Node side : List.of(a, b)) {
      int from = 0;
      for (Node part : side.inputs()) {
        int to = from + part.shape().dim(axis);
        boolean zero = part.op() instanceof Constant && value(part) == 0;
        for (int i = from; i < to && !zero; i++) {
          if (at[i] != null) {
            return null;
          }
          at[i] = part;
        }
        from = to;
      }
    }
    List<Node> parts = new ArrayList<>();
    for (int i = 0; i < extent; ) {
      int from = i;
      Node part = at[i];
      // The same node may stand on both sides, next to itself: count whole parts.
      int limit = part == null ? extent : Math.min(extent, i + part.shape().dim(axis));
      while (i < limit && at[i] == part) {
        i++;
      }
      parts.add(part != null ? part : constant(0, a.shape().with(axis, i - from)));
    }
    return make(new Concat(axis), parts);
  }

  private static double value(Node node) {
    return node.op() instanceof Constant(double value, Shape _) ? value : Double.NaN;
  }
}

package chladni.engine.plan;

import chladni.engine.graph.BlockSum2d;
import chladni.engine.graph.ChannelSum;
import chladni.engine.graph.Max;
import chladni.engine.graph.Node;
import chladni.engine.graph.ReductionOp;
import chladni.engine.graph.Shape;
import chladni.engine.graph.Sum;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One result of a fused kernel: a value, perhaps reduced, and the buffer or part of a buffer it
 * goes to.
 *
 * @param value what is computed at each point
 * @param order the axes of the value, outermost of the iteration first
 * @param axis the axis along which the result is a part of the target; 0 for all of it
 * @param from where on that axis it starts
 * @param reduction the node that reduces the value; null for none
 * @param own whether the target is the home of the value, not a copy of it
 * @param key its rank in the order of creation
 */
record Seed(
    Node value,
    Buffer target,
    int[] order,
    int axis,
    int from,
    Node reduction,
    boolean own,
    int key) {
  /** The axes of the kernel that computes it: what seeds of one kernel must have in common. */
  record Axes(List<Extent> extents, ReductionStep.Kind kind, String family, Shape familyShape) {}

  /** One axis of an iteration space. */
  record Extent(int size, boolean reduced) {}

  static Seed whole(Node value, Buffer target, boolean own, int key) {
    int[] order = Strides.order(value.shape(), target.layout());
    return new Seed(value, target, order, 0, 0, null, own, key);
  }

  static Seed part(Node value, Buffer target, int axis, int from, int key) {
    int[] order = Strides.order(value.shape(), target.layout());
    return new Seed(value, target, order, axis, from, null, false, key);
  }

  static Seed reduced(Node reduction, Layout valueLayout, Buffer target) {
    Node value = reduction.input(0);
    int[] order = Strides.order(value.shape(), valueLayout);
    return new Seed(value, target, order, 0, 0, reduction, false, reduction.id());
  }

  /** The node whose value goes to the target. */
  Node result() {
    return reduction == null ? value : reduction;
  }

  boolean isPacked() {
    return target.layout() == Layout.PACKED;
  }

  Axes axes() {
    if (isPacked()) {
      return new Axes(List.of(), null, target.family(), value.shape());
    }
    List<Extent> extents = new ArrayList<>();
    for (int a : order) {
      parts(a).stream().filter(e -> e.size() > 1).forEach(extents::add);
    }
    return new Axes(extents, kind(), "", Shape.SCALAR);
  }

  private ReductionStep.Kind kind() {
    return reduction == null
        ? null
        : reduction.op() instanceof Max ? ReductionStep.Kind.MAX : ReductionStep.Kind.SUM;
  }

  /** How an axis of the value falls into axes of the space, outer before inner. */
  private List<Extent> parts(int axis) {
    int size = value.shape().dim(axis);
    if (reduction == null) {
      return List.of(new Extent(size, false));
    }
    return switch ((ReductionOp) reduction.op()) {
      case Sum(List<Integer> axes, boolean _) -> List.of(new Extent(size, over(axes, axis)));
      case Max(List<Integer> axes, boolean _) -> List.of(new Extent(size, over(axes, axis)));
      case ChannelSum(int groups) ->
          axis == 0
              ? List.of(new Extent(groups, false), new Extent(size / groups, true))
              : List.of(new Extent(size, axis > 1));
      case BlockSum2d(int factor) ->
          axis < 2
              ? List.of(new Extent(size, false))
              : List.of(new Extent(size / factor, false), new Extent(factor, true));
    };
  }

  private boolean over(List<Integer> axes, int axis) {
    return axes.stream().anyMatch(a -> value.shape().axis(a) == axis);
  }

  /** The index of the value at a point of the space, whose axes are as in {@link #axes}. */
  Form[] index(List<Atom> atoms) {
    return index(atoms, false);
  }

  private Form[] index(List<Atom> atoms, boolean keptOnly) {
    Form[] index = new Form[order.length];
    int next = 0;
    for (int a : order) {
      Form form = Form.ZERO;
      for (Extent part : parts(a)) {
        Form atom = part.size() > 1 ? Form.of(atoms.get(next++)) : Form.ZERO;
        if (!keptOnly || !part.reduced()) {
          form = atom.plus(form, keptOnly ? 1 : part.size());
        }
      }
      index[a] = form;
    }
    return index;
  }

  /** Where the result goes in the target. */
  Form address(List<Atom> atoms) {
    Form[] index = index(atoms, true);
    if (reduction != null && reduction.shape().rank() != index.length) {
      index = dropped(index);
    }
    long[] strides = Strides.of(target.type().shape(), target.layout());
    Form address = Views.address(index, strides);
    return from == 0 ? address : address.plus(from * strides[axis]);
  }

  /** Without the axes that the reduction removes. */
  private Form[] dropped(Form[] index) {
    List<Form> kept = new ArrayList<>();
    for (int a = 0; a < index.length; a++) {
      boolean gone =
          switch ((ReductionOp) reduction.op()) {
            case Sum(List<Integer> axes, boolean _) -> over(axes, a);
            case Max(List<Integer> axes, boolean _) -> over(axes, a);
            case ChannelSum _, BlockSum2d _ -> a > 1;
          };
      if (!gone) {
        kept.add(index[a]);
      }
    }
    return kept.toArray(Form[]::new);
  }

  /** The number of points of the space; for a family, the logical ones. */
  long points() {
    return value.shape().elements();
  }

  @Override
  public String toString() {
    return result() + " -> @" + target.id() + Arrays.toString(order);
  }
}

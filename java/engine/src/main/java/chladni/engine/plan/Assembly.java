package chladni.engine.plan;

import chladni.engine.graph.Concat;
import chladni.engine.graph.Constant;
import chladni.engine.graph.DType;
import chladni.engine.graph.Increment;
import chladni.engine.graph.Input;
import chladni.engine.graph.Node;
import chladni.engine.graph.ReadVariable;
import chladni.engine.graph.TensorType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;

/**
 * Gives every materialised node a buffer and every buffer the units that fill it, with copies where
 * an operation or the host wants another layout.
 */
final class Assembly implements Storage {
  private static final int LAST = Integer.MAX_VALUE;

  private record Copy(Buffer of, Layout layout, Format format) {}

  private final Dataflow flow;
  private final Layouts layouts;
  private final Epilogues epilogues;
  private final Set<Node> stored;
  private final Set<String> indirect;
  private final Demands demands;
  private final Map<Node, String> direct = new HashMap<>();

  private final List<Buffer> buffers = new ArrayList<>();
  private final Map<Node, Buffer> homes = new HashMap<>();
  private final Map<Copy, Buffer> copies = new HashMap<>();
  private final List<Unit> units = new ArrayList<>();
  private final SequencedMap<String, Buffer> inputs = new LinkedHashMap<>();
  private final SequencedMap<String, Buffer> outputs = new LinkedHashMap<>();
  private final SequencedMap<String, Buffer> variables = new LinkedHashMap<>();
  private final Set<Node> wanted = new HashSet<>();
  private final Set<String> refused = new HashSet<>();

  /**
   * @param stored the nodes to materialise, as {@link Fusion} chose them
   * @param indirect variables whose new version is computed elsewhere and copied at the end
   * @param products the format of the operands of products
   */
  Assembly(
      Dataflow flow,
      Layouts layouts,
      Epilogues epilogues,
      Set<Node> stored,
      Set<String> indirect,
      Format products) {
    this.flow = flow;
    this.layouts = layouts;
    this.epilogues = epilogues;
    this.stored = stored;
    this.indirect = indirect;
    this.demands = new Demands(flow, layouts, epilogues, products, this);
    flow.assigned()
        .forEach(
            (name, value) -> {
              if (!indirect.contains(name) && fitsVariable(value, name)) {
                direct.putIfAbsent(value, name);
              }
            });
    flow.inputs().forEach((name, node) -> inputs.put(name, home(node, new Place.OfInput(name))));
    for (Node node : flow.nodes()) {
      if (node.op() instanceof ReadVariable(var variable)) {
        Place place = new Place.OfVariable(variable.name());
        variables.put(variable.name(), home(node, place));
      } else if (stored.contains(node) && !(node.op() instanceof Input)) {
        materialise(node);
      }
    }
    flow.outputs().forEach(this::output);
    flow.assigned().forEach(this::assign);
  }

  List<Buffer> buffers() {
    return buffers;
  }

  List<Unit> units() {
    return units;
  }

  SequencedMap<String, Buffer> inputs() {
    return inputs;
  }

  SequencedMap<String, Buffer> outputs() {
    return outputs;
  }

  SequencedMap<String, Buffer> variables() {
    return variables;
  }

  /** Nodes without which some kernel could not be written: plan again with these materialised. */
  Set<Node> wanted() {
    return wanted;
  }

  /** Variables that cannot be updated in place: plan again with these indirect. */
  Set<String> refused() {
    return refused;
  }

  @Override
  public Buffer home(Node node) {
    return homes.get(node);
  }

  @Override
  public Buffer unpacked(Node node) {
    return operand(node, Layout.ROW_MAJOR, Format.SINGLE, node.id());
  }

  /** Computes a node where it is used after all. */
  void inline(Node node) {
    homes.remove(node);
  }

  /** Takes {@link #inline} back. */
  void restore(Node node, Buffer home) {
    homes.put(node, home);
  }

  private Layout layoutOfVariable(String name) {
    return layouts.familyOfVariable(name).isEmpty() ? Layout.ROW_MAJOR : Layout.PACKED;
  }

  private boolean fitsVariable(Node value, String name) {
    return !Fusion.isLeaf(value)
        && (isFlexible(value) || layouts.of(value) == layoutOfVariable(name));
  }

  /** Whether fused kernels compute it, which write any layout. */
  private boolean isFlexible(Node node) {
    return epilogues.endingAt(node) == null
        && (Fusion.isInline(node)
            || Fusion.isReduction(node)
            || node.op() instanceof Concat
            || node.op() instanceof Constant);
  }

  private Buffer buffer(TensorType type, Layout layout, Place place, String label, String family) {
    return buffer(type, layout, Format.SINGLE, place, label, family);
  }

  private Buffer buffer(
      TensorType type, Layout layout, Format format, Place place, String label, String family) {
    Buffer buffer = new Buffer(buffers.size(), type, layout, format, place, label, family);
    buffers.add(buffer);
    return buffer;
  }

  private Buffer home(Node node, Place place) {
    String family = layouts.family(node);
    Buffer home = buffer(node.type(), layouts.of(node), place, node.toString(), family);
    homes.put(node, home);
    return home;
  }

  private void materialise(Node node) {
    boolean mayAlias = Views.isView(node) && demands.formatOf(node) == Format.SINGLE;
    if (mayAlias && !direct.containsKey(node) && alias(node)) {
      return;
    }
    Buffer home = newHome(node);
    homes.put(node, home);
    if (!isFlexible(node)) {
      operation(node, home);
    } else if (Fusion.isReduction(node)) {
      kernel(Seed.reduced(node, reductionLayout(node.input(0)), home));
    } else if (node.op() instanceof Concat concat) {
      parts(node, concat, home, node.id());
    } else {
      kernel(Seed.whole(node, home, true, node.id()));
    }
  }

  private void parts(Node node, Concat concat, Buffer to, int key) {
    int axis = node.shape().axis(concat.axis());
    int from = 0;
    for (Node part : node.inputs()) {
      kernel(Seed.part(part, to, axis, from, key));
      from += part.shape().dim(axis);
    }
  }

  private Layout reductionLayout(Node value) {
    Buffer home = homes.get(value);
    Layout layout = home == null ? layouts.of(value) : home.layout();
    return layout == Layout.PACKED ? Layout.ROW_MAJOR : layout;
  }

  private Buffer newHome(Node node) {
    String variable = direct.get(node);
    if (variable != null) {
      Place place = new Place.OfVariable(variable);
      String family = layouts.familyOfVariable(variable);
      Buffer home =
          buffer(node.type(), layoutOfVariable(variable), place, node.toString(), family);
      variables.putIfAbsent(variable, home);
      return home;
    }
    String output =
        flow.outputs().entrySet().stream()
            .filter(e -> e.getValue() == node && !outputs.containsKey(e.getKey()))
            .map(Map.Entry::getKey)
            .findFirst()
            .orElse(null);
    Layout layout = layouts.of(node);
    if (output != null
        && isFlexible(node)
        && flow.users(node).isEmpty()
        && layout == Layout.CHANNELS_LAST) {
      layout = Layout.ROW_MAJOR;
    }
    boolean inOutput =
        output != null && Strides.equivalent(node.shape(), layout, Layout.ROW_MAJOR);
    Place place = inOutput ? new Place.OfOutput(output) : new Place.Arena();
    String family = layout == Layout.PACKED ? layouts.family(node) : "";
    Buffer home =
        buffer(node.type(), layout, demands.formatOf(node), place, node.toString(), family);
    if (inOutput) {
      outputs.put(output, home);
    }
    return home;
  }

  /** Gives a view the bytes of its source if they lie right already. */
  private boolean alias(Node view) {
    Layout layout = layouts.of(view);
    if (layout == Layout.PACKED) {
      return false;
    }
    Buffer trial =
        new Buffer(-1, view.type(), layout, Format.SINGLE, new Place.Arena(), "", "");
    try {
      Step step = Emitter.emit(this, List.of(Seed.whole(view, trial, true, view.id())));
      if (step instanceof ElementwiseStep(var _, var _, int[] space, var loads, var instrs, var _)
          && instrs.isEmpty()
          && loads.get(0) instanceof View(Buffer of, long offset, long[] strides)
          && offset == 0
          && of.type().shape().elements() == view.shape().elements()
          && space.length <= 1
          && (space.length == 0 || strides[0] == 1)) {
        homes.put(view, buffer(view.type(), layout, new Place.Alias(of), view.toString(), ""));
        return true;
      }
    } catch (Blocked _) {
      // The kernel that follows is blocked as well and says so.
    }
    return false;
  }

  private void kernel(Seed seed) {
    try {
      units.add(Unit.kernel(this, List.of(seed)));
    } catch (Blocked blocked) {
      wanted.addAll(blocked.store());
      if (!blocked.variable().isEmpty()) {
        refused.add(blocked.variable());
      } else if (stored.containsAll(blocked.store())) {
        throw new IllegalStateException("no kernel for " + seed);
      }
    }
  }

  private void operation(Node tail, Buffer home) {
    Epilogues.Chain chain = epilogues.endingAt(tail);
    Node node = chain == null ? tail : chain.product();
    List<Buffer> inputs = new ArrayList<>();
    for (int i = 0; i < node.inputs().size(); i++) {
      Format format = demands.format(node, i);
      inputs.add(operand(node.input(i), demands.layout(node, i), format, node.id()));
    }
    List<Epilogue> epilogue = new ArrayList<>();
    if (chain != null) {
      for (Epilogues.Stage stage : chain.stages()) {
        Node with = stage.operand();
        Buffer values =
            with == null ? null : operand(with, Layout.ROW_MAJOR, Format.SINGLE, node.id());
        epilogue.add(new Epilogue(stage.node(), values));
      }
    }
    OpStep step = new OpStep(node, List.copyOf(inputs), home, List.copyOf(epilogue));
    boolean overOld = step.reads().stream().anyMatch(b -> b.sharesMemoryWith(home));
    if (overOld && direct.containsKey(tail) && !(node.op() instanceof Increment)) {
      refused.add(direct.get(tail));
    }
    units.add(Unit.of(node.id(), step));
  }

  /** A dense buffer with this value in this layout and format; made if there is none yet. */
  private Buffer operand(Node node, Layout layout, Format format, int key) {
    Buffer home = homes.get(node);
    if (home == null) {
      throw new IllegalStateException("not materialised: " + node);
    }
    Copy wanted = new Copy(home, layout, format);
    return home.layout() == layout && home.format() == format
        ? home
        : copies.computeIfAbsent(wanted, _ -> copy(node, wanted, key));
  }

  private Buffer copy(Node node, Copy wanted, int key) {
    Buffer home = wanted.of();
    Layout layout = wanted.layout();
    Format format = wanted.format();
    String label = node.toString();
    if (home.format() == format && Strides.equivalent(node.shape(), home.layout(), layout)) {
      return buffer(node.type(), layout, format, new Place.Alias(home), label, "");
    }
    Buffer copy = buffer(node.type(), layout, format, new Place.Arena(), label, "");
    if (home.layout() == Layout.PACKED
        && layout == Layout.ROW_MAJOR
        && format == Format.SINGLE) {
      units.add(Unit.of(key, new CopyStep(label, home, copy)));
    } else if (node.op() instanceof Concat concat && home.layout() == layout) {
      parts(node, concat, copy, key); // beside those that make the home
    } else {
      kernel(Seed.whole(node, copy, false, key));
    }
    return copy;
  }

  private void output(String name, Node node) {
    if (!outputs.containsKey(name)) {
      Place place = new Place.OfOutput(name);
      Buffer to = buffer(node.type(), Layout.ROW_MAJOR, place, node.toString(), "");
      outputs.put(name, to);
      deliver(node, to, node.id());
    }
  }

  private void assign(String name, Node value) {
    if (name.equals(direct.get(value))) {
      return;
    }
    Place place = new Place.OfVariable(name);
    String family = layouts.familyOfVariable(name);
    Buffer to = buffer(value.type(), layoutOfVariable(name), place, value.toString(), family);
    variables.putIfAbsent(name, to);
    if (indirect.contains(name) && Fusion.isLeaf(value)) {
      // Two variables that change places: one old value must be kept.
      Layout layout = to.layout();
      Buffer kept = buffer(value.type(), layout, new Place.Arena(), value.toString(), family);
      deliver(value, kept, value.id());
      units.add(Unit.of(LAST, new CopyStep(value.toString(), kept, to)));
    } else {
      deliver(value, to, LAST);
    }
  }

  private void deliver(Node value, Buffer to, int key) {
    Buffer home = homes.get(value);
    boolean ints = value.dtype() == DType.INT32;
    boolean repacks =
        (home.layout() == Layout.PACKED) != (to.layout() == Layout.PACKED)
            && !Layouts.isNeutral(value);
    if (ints || repacks) {
      units.add(Unit.of(key, new CopyStep(value.toString(), home, to)));
    } else {
      kernel(Seed.whole(value, to, false, key));
    }
  }
}

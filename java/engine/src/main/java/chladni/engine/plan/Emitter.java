package chladni.engine.plan;

import chladni.engine.error.PlanException;
import chladni.engine.graph.Broadcast;
import chladni.engine.graph.Constant;
import chladni.engine.graph.ElementwiseOp;
import chladni.engine.graph.Node;
import chladni.engine.graph.Reshape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Writes the program of one fused kernel: expands each seed down to what is materialised, tracing
 * index maps through the views on the way.
 */
final class Emitter {
  static final int MAX_LOADS = 16;
  static final int MAX_INSTRS = 48;
  static final int MAX_WRITES = 8;
  private static final int NONE = Integer.MIN_VALUE;

  /** A node at an index; null is the index of a packed family. */
  private record At(Node node, List<Form> index) {}

  private record Source(Buffer buffer, Form address) {}

  private record Target(int register, Buffer buffer, Form address) {}

  private final Storage storage;
  private final List<Seed> seeds;
  private final boolean packed;
  private List<Atom> atoms;

  // Registers of loads are counted down from -1 until their number is known.
  private final Map<At, Integer> registers = new HashMap<>();
  private final Map<Object, Integer> loads = new LinkedHashMap<>();
  private final List<Instr> instrs = new ArrayList<>();
  private final List<Target> targets = new ArrayList<>();
  private final Map<Node, Integer> sizes = new HashMap<>();
  private final Set<Node> views = new HashSet<>();

  private Emitter(Storage storage, List<Seed> seeds) {
    this.storage = storage;
    this.seeds = seeds;
    this.packed = seeds.get(0).isPacked();
    this.atoms =
        seeds.get(0).axes().extents().stream().map(e -> new Atom(e.size(), e.reduced())).toList();
  }

  /**
   * One kernel for seeds of equal axes, in topological order.
   *
   * @throws Blocked when they do not fit into one
   */
  static Step emit(Storage storage, List<Seed> seeds) throws Blocked {
    Emitter emitter = new Emitter(storage, seeds);
    List<Atom> roots = emitter.atoms;
    int before;
    // A later map may split an axis that an earlier one used whole: then all are traced again.
    do {
      before = Atom.leaves(roots).size();
      emitter.trace(roots);
    } while (Atom.leaves(roots).size() != before);
    emitter.atoms = Atom.leaves(roots);
    return emitter.step();
  }

  private void trace(List<Atom> roots) throws Blocked {
    registers.clear();
    loads.clear();
    instrs.clear();
    targets.clear();
    sizes.clear();
    for (Seed seed : seeds) {
      Form[] index = packed ? null : seed.index(roots);
      int register = seed.own() ? body(seed.value(), index) : expand(seed.value(), index);
      Form address = packed ? Form.ZERO : seed.address(roots);
      targets.add(new Target(register, seed.target(), address));
    }
    if (targets.size() > MAX_WRITES) {
      throw Blocked.unless(Set.of());
    }
  }

  private static At at(Node node, Form[] index) {
    return new At(
        node, index == null ? null : Arrays.stream(index).map(Form::settled).toList());
  }

  private int expand(Node node, Form[] index) throws Blocked {
    Integer known = registers.get(at(node, index));
    if (known != null) {
      return known;
    }
    if (node.op() instanceof Constant(double value, var _)) {
      return load(value);
    }
    Buffer home = storage.home(node);
    if (home != null && index == null && home.layout() == Layout.PACKED) {
      return load(new Source(home, null));
    }
    if (home != null && index != null) {
      Buffer plain = home.layout() == Layout.PACKED ? storage.unpacked(node) : home;
      long[] strides = Strides.of(node.shape(), plain.layout());
      return load(new Source(plain, Views.address(index, strides)));
    }
    return body(node, index);
  }

  private int body(Node node, Form[] index) throws Blocked {
    int before = instrs.size() + loads.size();
    int register =
        switch (node.op()) {
          case Constant(double value, var _) -> load(value);
          case ElementwiseOp op -> {
            int[] operands = {NONE, NONE, NONE};
            for (int i = 0; i < node.inputs().size(); i++) {
              operands[i] = expand(node.input(i), index);
            }
            yield instr(op, operands);
          }
          default -> throughView(node, index);
        };
    registers.put(at(node, index), register);
    if (node.op() instanceof ElementwiseOp && storage.home(node) == null) {
      sizes.put(node, instrs.size() + loads.size() - before);
    }
    return register;
  }

  private int throughView(Node view, Form[] index) throws Blocked {
    Node source = view.input(0);
    if (index == null) {
      if (!(view.op() instanceof Broadcast && source.shape().elements() == 1)) {
        throw new IllegalStateException("no view of a packed family: " + view);
      }
      Form[] first = new Form[source.shape().rank()];
      Arrays.fill(first, Form.ZERO);
      return expand(source, first);
    }
    if (storage.home(view) == null) {
      views.add(view);
    }
    if (view.op() instanceof Reshape) {
      Buffer home = isComputedHere(source) ? null : storage.home(source);
      if (home != null && home.layout() == Layout.PACKED) {
        home = storage.unpacked(source);
      }
      if (home != null && Strides.equivalent(source.shape(), home.layout(), Layout.ROW_MAJOR)) {
        return load(new Source(home, Views.linear(index, view.shape())));
      }
    }
    Form[] at = Views.source(view, index);
    if (at == null) {
      // With a home it is a seed, whose own axes another seed has split unfavourably.
      throw Blocked.unless(storage.home(view) == null ? Set.of(view) : Set.of());
    }
    return expand(source, at);
  }

  private boolean isComputedHere(Node node) {
    return seeds.stream().anyMatch(s -> s.own() && s.value() == node);
  }

  private int load(Object source) throws Blocked {
    if (source instanceof Source(Buffer of, Form _) && of.format() != Format.SINGLE) {
      throw new IllegalStateException("kernels load single precision only: " + of);
    }
    Integer known = loads.get(source);
    if (known == null) {
      known = -1 - loads.size();
      loads.put(source, known);
      check(loads.size() <= MAX_LOADS);
    }
    return known;
  }

  private int instr(ElementwiseOp op, int[] operands) throws Blocked {
    instrs.add(new Instr(op, instrs.size(), operands[0], operands[1], operands[2]));
    check(instrs.size() <= MAX_INSTRS);
    return instrs.size() - 1;
  }

  /** When the kernel is full: the largest part that was inlined should be computed before. */
  private void check(boolean fits) throws Blocked {
    if (!fits) {
      throw Blocked.unless(
          sizes.entrySet().stream()
              .max(
                  Map.Entry.<Node, Integer>comparingByValue()
                      .thenComparing(e -> -e.getKey().id()))
              .map(e -> Set.of(e.getKey()))
              .orElse(Set.of()));
    }
  }

  private Step step() throws Blocked {
    List<Write> writes = new ArrayList<>();
    for (Target t : targets) {
      View to = packed ? new View(t.buffer, 0, new long[] {1}) : view(t.buffer, t.address);
      writes.add(new Write(number(t.register), to));
    }
    List<Load> read = new ArrayList<>();
    for (Object source : loads.keySet()) {
      read.add(
          switch (source) {
            case Source(Buffer buffer, Form address) when packed ->
                new View(buffer, 0, new long[] {address == null ? 1 : 0});
            case Source(Buffer buffer, Form address) -> view(buffer, address);
            default -> new Load.Constant((Double) source);
          });
    }
    ReductionStep.Kind kind = seeds.get(0).axes().kind();
    checkMemory(read, writes, kind != null);
    List<Instr> program = new ArrayList<>();
    for (Instr i : instrs) {
      program.add(
          new Instr(i.op(), number(i.dst()), number(i.a()), number(i.b()), number(i.c())));
    }
    Collapse space =
        packed ? Collapse.family(read, writes) : Collapse.of(atoms, read, writes);
    if (space.extents().length > Space.MAX_RANK) {
      if (views.isEmpty()) {
        throw new PlanException(
            "%s: a kernel has at most %d axes, got %d that cannot be joined. Reshape first."
                .formatted(label(), Space.MAX_RANK, space.extents().length));
      }
      throw Blocked.unless(Set.copyOf(views));
    }
    return kind == null
        ? new ElementwiseStep(
            label(), nodes(), space.extents(), space.loads(), program, space.writes())
        : new ReductionStep(
            label(),
            nodes(),
            space.extents(),
            space.reduced(),
            kind,
            space.loads(),
            program,
            space.writes());
  }

  private int number(int register) {
    return register == NONE ? -1 : register < 0 ? -1 - register : loads.size() + register;
  }

  private View view(Buffer buffer, Form address) {
    Form form = address.settled();
    return new View(buffer, form.offset(), atoms.stream().mapToLong(form::factor).toArray());
  }

  /**
   * What is written may share memory with what is read only as the new version of a variable over
   * the old one, element by element.
   */
  private static void checkMemory(List<Load> read, List<Write> writes, boolean reduces)
      throws Blocked {
    for (Load load : read) {
      for (Write write : writes) {
        if (load instanceof View from && from.buffer().sharesMemoryWith(write.to().buffer())) {
          boolean versions = from.buffer().root().id() != write.to().buffer().root().id();
          if (!versions) {
            throw Blocked.unless(Set.of());
          }
          if (reduces || !from.sameMap(write.to())) {
            throw Blocked.by(((Place.OfVariable) write.to().buffer().place()).name());
          }
        }
      }
    }
  }

  private String label() {
    return seeds.stream()
        .map(Seed::result)
        .distinct()
        .map(Node::toString)
        .collect(Collectors.joining(", "));
  }

  /** What the instructions compute, and the reductions at their end. */
  private List<Node> nodes() {
    return Stream.concat(
            registers.keySet().stream().map(At::node).filter(n -> n.op() instanceof ElementwiseOp),
            seeds.stream().map(Seed::result).filter(Fusion::isReduction))
        .distinct()
        .sorted(Comparator.comparingInt(Node::id))
        .toList();
  }
}

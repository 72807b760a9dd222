package chladni.engine.backend.cpu;

import chladni.engine.backend.Listing;
import chladni.engine.backend.Listing.Where;
import chladni.engine.backend.ProgramException;
import chladni.engine.backend.listing.Lister;
import chladni.engine.graph.Shape;
import chladni.engine.memory.HostArena;
import chladni.engine.plan.Buffer;
import chladni.engine.plan.Format;
import chladni.engine.plan.Layout;
import chladni.engine.plan.MemoryPlan;
import chladni.engine.plan.OpStep;
import chladni.engine.plan.Place;
import chladni.engine.plan.Plan;
import chladni.engine.plan.Step;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Where the buffers of one plan lie and in which physical layout: the layouts of weight families,
 * the arena, the rim. Owns native layouts until closed.
 */
final class Binding implements Lister.Buffers, AutoCloseable {
  private final Native library;
  private final CpuStore store;
  private final Plan plan;
  private final Map<String, MemorySegment> rim;
  private final Map<String, Long> families = new HashMap<>();
  private final Map<String, Long> plains = new HashMap<>();
  private MemoryPlan memory;
  private MemorySegment arena;

  /**
   * @param rim the storage of inputs and outputs, under {@code in:name} and {@code out:name}
   */
  Binding(Native library, CpuStore store, Plan plan, Map<String, MemorySegment> rim) {
    this.library = library;
    this.store = store;
    this.plan = plan;
    this.rim = rim;
  }

  /**
   * Settles one physical layout for each weight family and brings the store's variables into it:
   * that of an earlier program, else that of the weight gradient computed here, else row-major.
   */
  void settleFamilies(java.util.function.Function<OpStep, Long> gradientLayout) {
    Map<String, Set<String>> members = new LinkedHashMap<>();
    for (Buffer b : plan.variables().values()) {
      if (b.root().place() instanceof Place.OfVariable(String name)) {
        if (b.layout() == Layout.PACKED) {
          members.computeIfAbsent(b.family(), _ -> new LinkedHashSet<>()).add(name);
        } else if (b.type().shape().rank() == 4) {
          store.pin(name);
        }
      }
    }
    for (Buffer b : plan.buffers()) {
      if (b.layout() == Layout.PACKED) {
        members.computeIfAbsent(b.family(), _ -> new LinkedHashSet<>());
      }
    }
    members.forEach((family, names) -> settle(family, names, gradientLayout));
  }

  private void settle(
      String family, Set<String> names, java.util.function.Function<OpStep, Long> gradientLayout) {
    if (names.stream().anyMatch(store::pinned)) {
      names.forEach(store::pin);
      families.put(family, library.layoutPlain(shapeOf(family).dims()));
      return;
    }
    for (String name : names) {
      if (store.layout(name) != 0) {
        spread(family, library.layoutClone(store.layout(name)), names);
        return;
      }
    }
    for (Step step : plan.steps()) {
      if (step instanceof OpStep op
          && op.output().layout() == Layout.PACKED
          && op.output().family().equals(family)) {
        spread(family, gradientLayout.apply(op), names);
        return;
      }
    }
    families.put(family, library.layoutPlain(shapeOf(family).dims()));
  }

  private void spread(String family, long layout, Set<String> names) {
    families.put(family, layout);
    for (String name : names) {
      if (store.layout(name) == 0 || !library.layoutEqual(store.layout(name), layout)) {
        store.relayout(name, layout);
      }
    }
  }

  private Shape shapeOf(String family) {
    return plan.buffers().stream()
        .filter(b -> b.layout() == Layout.PACKED && b.family().equals(family))
        .findFirst()
        .orElseThrow()
        .type()
        .shape();
  }

  /** Assigns arena offsets, now that sizes are known, and takes the arena. */
  void allocate(HostArena host) {
    memory = plan.memory(this::bytes);
    arena = host.allocate(memory.bytes());
  }

  /** All that the program works in, with what the lowering has taken. */
  Listing.Memory memory(long scratch, long copies) {
    return new Listing.Memory(
        memory.bytes(),
        scratch,
        plan.variables().keySet().stream().mapToLong(n -> store.values(n).byteSize()).sum(),
        copies,
        rimBytes("in:"),
        rimBytes("out:"));
  }

  private long rimBytes(String side) {
    return rim.entrySet().stream()
        .filter(e -> e.getKey().startsWith(side))
        .mapToLong(e -> e.getValue().byteSize())
        .sum();
  }

  @Override
  public long bytes(Buffer buffer) {
    return buffer.layout() == Layout.PACKED
        ? library.layoutBytes(families.get(buffer.family()))
        : buffer.type().shape().elements() * buffer.format().bytes();
  }

  /** All physical elements, padding included. */
  long elements(Buffer buffer) {
    return bytes(buffer) / buffer.format().bytes();
  }

  /** The physical layout of a weight buffer; it stays this binding's. */
  long weightLayout(Buffer buffer) {
    if (buffer.layout() == Layout.PACKED) {
      return families.get(buffer.family());
    }
    Shape shape = buffer.type().shape();
    return plains.computeIfAbsent(shape.toString(), _ -> library.layoutPlain(shape.dims()));
  }

  MemorySegment segment(Buffer buffer) {
    Buffer root = buffer.root();
    return switch (root.place()) {
      case Place.Arena _ ->
          arena.asSlice(memory.offset(root), Math.max(bytes(root), bytes(buffer)));
      case Place.OfVariable(String name) -> store.values(name);
      case Place.OfInput(String name) -> rim.get("in:" + name);
      case Place.OfOutput(String name) -> rim.get("out:" + name);
      case Place.Alias _ -> throw new ProgramException("plan: an alias of itself: " + buffer);
    };
  }

  long address(Buffer buffer) {
    return segment(buffer).address();
  }

  /** The variable whose storage a buffer is; null for others. */
  static String variable(Buffer buffer) {
    return buffer.root().place() instanceof Place.OfVariable(String name) ? name : null;
  }

  @Override
  public Listing.Place place(Buffer buffer) {
    Buffer root = buffer.root();
    return switch (root.place()) {
      case Place.Arena _ -> Listing.Place.arena(memory.offset(root));
      case Place.OfVariable(String name) -> Listing.Place.of(Where.VARIABLE, name);
      case Place.OfInput(String name) -> Listing.Place.of(Where.INPUT, name);
      case Place.OfOutput(String name) -> Listing.Place.of(Where.OUTPUT, name);
      case Place.Alias _ -> throw new ProgramException("plan: an alias of itself: " + buffer);
    };
  }

  @Override
  public String layout(Buffer buffer) {
    String format = buffer.format() == Format.BFLOAT16 ? " bf16" : "";
    return switch (buffer.layout()) {
      case PACKED -> library.layoutText(families.get(buffer.family()));
      case CHANNELS_LAST -> "nhwc" + format;
      case ROW_MAJOR -> "row-major" + format;
    };
  }

  /** What a run reads that it has not computed: inputs and variables. */
  List<Buffer> outside() {
    return Stream.concat(plan.inputs().values().stream(), plan.variables().values().stream())
        .toList();
  }

  /** Zeros wherever results go. */
  void clear() {
    arena.fill((byte) 0);
    plan.outputs().values().stream()
        .filter(b -> b.root().place() instanceof Place.OfOutput)
        .forEach(b -> segment(b).fill((byte) 0));
  }

  List<Step> steps() {
    return plan.steps();
  }

  @Override
  public void close() {
    families.values().forEach(library::layoutDestroy);
    plains.values().forEach(library::layoutDestroy);
  }
}

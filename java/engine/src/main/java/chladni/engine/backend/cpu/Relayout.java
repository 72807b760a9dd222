package chladni.engine.backend.cpu;

import chladni.engine.backend.Listing;
import chladni.engine.backend.listing.Lister;
import chladni.engine.memory.HostArena;
import chladni.engine.plan.Buffer;
import chladni.engine.plan.CopyStep;
import chladni.engine.plan.Format;
import chladni.engine.plan.Layout;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Operands and results of primitives that want them in another layout or width than the plan has
 * them in: copies of variables that are made again when the variable has changed, memory between a
 * primitive and the reorder beside it.
 */
final class Relayout {
  /** Stands for the start of the memory for temporary copies until its size is known. */
  static final long TEMPORARY = 0xFFFF_DEAD_0000_0002L;

  private final CpuLowering lowering;
  private final Native library;
  private final Binding binding;
  private final CpuStore store;
  private final Lister lister;
  private final HostArena host;
  private final Map<CpuStore.Copy, Long> copyBytes = new HashMap<>();
  private long wideBytes;
  private long temporaryBytes;

  Relayout(CpuLowering lowering, CpuStore store, Lister lister, HostArena host) {
    this.lowering = lowering;
    this.library = lowering.library();
    this.binding = lowering.binding();
    this.store = store;
    this.lister = lister;
    this.host = host;
  }

  /** An operand or a result as a primitive takes it, which need not be where the plan has it. */
  record Taken(long address, Listing.Tensor listed) {}

  /** The memory between primitives and the reorders beside them, shared by all steps. */
  long temporaryBytes() {
    return temporaryBytes;
  }

  long wideBytes() {
    return wideBytes;
  }

  /** Of all copies of variables that the program reads. */
  long copyBytes() {
    return copyBytes.values().stream().mapToLong(n -> n).sum();
  }

  /** A buffer where the plan has it. */
  Taken asItLies(Buffer buffer) {
    return new Taken(binding.address(buffer), lister.tensor(buffer));
  }

  /** A weight in this layout, after a step that brings it there if need be. */
  Taken weights(Buffer weight, long layout) {
    long lies = binding.weightLayout(weight);
    if (library.layoutEqual(lies, layout)) {
      return asItLies(weight);
    }
    String variable = Binding.variable(weight);
    if (variable == null) {
      Taken to = temporary(weight, layout);
      reorder(lies, asItLies(weight), layout, to, List.of());
      return to;
    }
    CpuStore.Copy copy = store.copy(variable, layout);
    copyBytes.put(copy, library.layoutBytes(layout));
    Listing.Tensor listed = tensor(weight, layout, Listing.Place.of(Listing.Where.COPY, variable));
    Taken to = new Taken(copy.values().address(), listed);
    long version = store.version(variable).address();
    move(
        lies,
        asItLies(weight),
        layout,
        to,
        new Held(variable, version, copy.held().address()),
        List.of());
    return to;
  }

  /** Memory for a weight's gradient in another layout than its own, until {@link #settle}. */
  Taken unsettled(Buffer gradient, long layout) {
    return temporary(gradient, layout);
  }

  /** Brings the gradient into its own layout, at every run. */
  void settle(Taken from, long layout, Buffer gradient) {
    reorder(
        layout, from, binding.weightLayout(gradient), asItLies(gradient), List.of(gradient));
  }

  /** A copy between two layouts of weights as a reorder; false where they are the same. */
  boolean copied(CopyStep step) {
    long from = binding.weightLayout(step.from());
    long to = binding.weightLayout(step.to());
    if (library.layoutEqual(from, to)) {
      return false;
    }
    reorder(from, asItLies(step.from()), to, asItLies(step.to()), step.writes());
    return true;
  }

  /** Memory for a product in 32 bits, before an epilogue of its own rounds it into its buffer. */
  Taken wide(Buffer product) {
    long bytes = product.type().shape().elements() * Format.SINGLE.bytes();
    String layout = product.layout() == Layout.CHANNELS_LAST ? "nhwc" : "row-major";
    Listing.Place place = Listing.Place.of(Listing.Where.SCRATCH, "");
    wideBytes += bytes;
    return new Taken(
        host.allocate(bytes).address(), new Listing.Tensor(product.label(), layout, place, bytes));
  }

  /**
   * What a copy of a variable is held against.
   *
   * @param version the address of the variable's version
   * @param held that of the version which the copy has
   */
  private record Held(String variable, long version, long held) {}

  private void reorder(
      long fromLayout, Taken from, long toLayout, Taken to, List<Buffer> writes) {
    move(fromLayout, from, toLayout, to, null, writes);
  }

  /** At every run, or only when the versions differ where there are any. */
  private void move(
      long fromLayout, Taken from, long toLayout, Taken to, Held held, List<Buffer> writes) {
    long reorder =
        lowering.primitive(
            library.reorderCreate(lowering.engine(), fromLayout, toLayout, "weights"));
    Words words =
        new Words()
            .add(reorder, from.address(), to.address())
            .add(held == null ? 0 : held.version(), held == null ? 0 : held.held())
            .add(lowering.scratch(library.primitiveScratch(reorder)));
    String implementation = library.primitiveImplementation(reorder);
    Listing.Step listed =
        new Listing.Step(
            held == null ? Listing.Kind.REORDER : Listing.Kind.PACK,
            held == null ? to.listed().label() : "variable '" + held.variable() + "'",
            List.of(),
            (held == null ? "reorder " : "pack if changed ") + implementation,
            List.of(from.listed()),
            List.of(to.listed()),
            new Listing.Work(0, 0, from.listed().bytes(), to.listed().bytes()));
    lowering.add(CpuLowering.PACK, words, new CpuLowering.Line(listed, writes));
  }

  private Taken temporary(Buffer of, long layout) {
    Listing.Tensor listed = tensor(of, layout, Listing.Place.of(Listing.Where.SCRATCH, ""));
    temporaryBytes = Math.max(temporaryBytes, listed.bytes());
    return new Taken(TEMPORARY, listed);
  }

  private Listing.Tensor tensor(Buffer of, long layout, Listing.Place place) {
    return new Listing.Tensor(
        of.label(), library.layoutText(layout), place, library.layoutBytes(layout));
  }
}

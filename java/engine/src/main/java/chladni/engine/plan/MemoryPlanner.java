package chladni.engine.plan;

import chladni.engine.graph.Dropout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * Assigns arena offsets: lifetimes in step order, results of elementwise steps in the place of an
 * operand that ends there, then the largest first, each at the lowest place that is free for all of
 * its life.
 */
final class MemoryPlanner {
  /** Bytes that one buffer, or several one after the other, hold from one step to another. */
  private static final class Slot {
    private final int first;
    private int last;
    private final long bytes;
    private long offset = -1;
    private int handedOver = -1;

    private Slot(int first, long bytes) {
      this.first = first;
      this.last = first;
      this.bytes = bytes;
    }

    private boolean meets(Slot other) {
      return first <= other.last && other.first <= last;
    }

    private long end() {
      return offset + bytes;
    }
  }

  private final Plan plan;
  private final List<List<Step>> moments;
  private final ToLongFunction<Buffer> bytes;
  private final Slot[] slots;
  private final int[] lastRead;

  private MemoryPlanner(Plan plan, List<List<Step>> moments, ToLongFunction<Buffer> bytes) {
    this.plan = plan;
    this.moments = moments;
    this.bytes = bytes;
    this.slots = new Slot[plan.buffers().size()];
    this.lastRead = new int[plan.buffers().size()];
  }

  /**
   * @param moments the steps of the plan, those that run at once in one list
   */
  static MemoryPlan plan(Plan plan, List<List<Step>> moments, ToLongFunction<Buffer> bytes) {
    return new MemoryPlanner(plan, moments, bytes).run();
  }

  private MemoryPlan run() {
    for (int i = 0; i < moments.size(); i++) {
      for (Step step : moments.get(i)) {
        for (Buffer b : step.reads()) {
          lastRead[b.id()] = i;
        }
      }
    }
    List<Slot> all = new ArrayList<>();
    for (int i = 0; i < moments.size(); i++) {
      for (Step step : moments.get(i)) {
        for (Buffer b : step.writes()) {
          if (b.place() instanceof Place.Arena) {
            take(step, i, b, all);
          }
        }
      }
    }
    place(all);
    long[] offsets = new long[slots.length];
    for (Buffer b : plan.buffers()) {
      Slot slot = slots[b.root().id()];
      offsets[b.id()] = slot == null ? -1 : slot.offset;
    }
    return new MemoryPlan(offsets, all.stream().mapToLong(Slot::end).max().orElse(0));
  }

  private void take(Step step, int at, Buffer b, List<Slot> all) {
    if (slots[b.id()] == null) {
      // What runs at once may still read an operand that one of them has done with.
      Slot taken = moments.get(at).size() == 1 ? inPlace(step, at, b) : null;
      slots[b.id()] = taken != null ? taken : new Slot(at, aligned(bytes.applyAsLong(b)));
      if (taken == null) {
        all.add(slots[b.id()]);
      }
    }
    Slot slot = slots[b.id()];
    slot.last = Math.max(Math.max(slot.last, at), lastRead[b.id()]);
  }

  private static long aligned(long size) {
    return Math.ceilDiv(size, (long) MemoryPlan.ALIGNMENT) * MemoryPlan.ALIGNMENT;
  }

  /** The slot of an operand that ends in this step and whose elements the result may replace. */
  private Slot inPlace(Step step, int at, Buffer result) {
    for (Buffer operand : step.reads()) {
      Slot slot = slots[operand.id()];
      if (slot != null
          && slot.last == at
          && slot.handedOver != at
          && lastRead[operand.id()] == at
          && operand.format() == result.format()
          && slot.bytes == aligned(bytes.applyAsLong(result))
          && replaces(step, operand, result)) {
        slot.handedOver = at;
        return slot;
      }
    }
    return null;
  }

  private static boolean replaces(Step step, Buffer operand, Buffer result) {
    return switch (step) {
      case ElementwiseStep kernel -> replaces(kernel, operand, result);
      case OpStep op ->
          op.op() instanceof Dropout && op.inputs().get(0).root().equals(operand);
      case ReductionStep _, CopyStep _ -> false;
    };
  }

  /** Whether each point reads of the operand only what it writes of the result, all of it once. */
  private static boolean replaces(ElementwiseStep step, Buffer operand, Buffer result) {
    List<Write> writes =
        step.writesTo().stream().filter(w -> w.to().buffer().root().equals(result)).toList();
    long points = Arrays.stream(step.space()).asLongStream().reduce(1, (a, b) -> a * b);
    boolean family = step.space().length == 1 && step.space()[0] == Space.FAMILY;
    if (writes.size() != 1 || !(family || points == result.type().shape().elements())) {
      return false;
    }
    View to = writes.get(0).to();
    return step.loads().stream()
        .allMatch(
            load ->
                !(load instanceof View from)
                    || !from.buffer().root().equals(operand)
                    || from.sameMap(to));
  }

  private static void place(List<Slot> all) {
    List<Slot> placed = new ArrayList<>();
    List<Slot> bySize = new ArrayList<>(all);
    bySize.sort(Comparator.comparingLong((Slot s) -> -s.bytes).thenComparingInt(s -> s.first));
    for (Slot slot : bySize) {
      long offset = 0;
      // Kept in order of offset, so the first gap that is wide enough is the lowest.
      for (Slot other : placed) {
        if (other.meets(slot)) {
          if (other.offset - offset >= slot.bytes) {
            break;
          }
          offset = Math.max(offset, other.end());
        }
      }
      slot.offset = offset;
      int i = 0;
      while (i < placed.size() && placed.get(i).offset <= offset) {
        i++;
      }
      placed.add(i, slot);
    }
  }
}

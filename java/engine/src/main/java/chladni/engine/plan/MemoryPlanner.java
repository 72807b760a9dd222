package chladni.engine.plan;

import java.util.function.ToLongFunction;

/** Lifetimes in step order, then the best fit among the holes. */
final class MemoryPlanner {
  private MemoryPlanner() {}

  static MemoryPlan plan(Plan plan, ToLongFunction<Buffer> bytes) {
    long[] offsets = new long[plan.buffers().size()];
    long end = 0;
    for (Buffer b : plan.buffers()) {
      offsets[b.id()] = -1;
      if (b.place() instanceof Place.Arena) {
        offsets[b.id()] = end;
        end += -Math.floorDiv(-bytes.applyAsLong(b), 64) * 64;
      } else if (b.root().place() instanceof Place.Arena) {
        offsets[b.id()] = offsets[b.root().id()];
      }
    }
    return new MemoryPlan(offsets, end);
  }
}

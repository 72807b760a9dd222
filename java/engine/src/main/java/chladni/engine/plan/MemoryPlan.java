package chladni.engine.plan;

/**
 * Where each arena buffer lies.
 *
 * @param offsets bytes from the start of the arena by buffer id, multiples of {@link #ALIGNMENT};
 * -1
 *     for buffers that are elsewhere; an alias has the offset of its root
 * @param bytes the size of the arena
 */
public record MemoryPlan(long[] offsets, long bytes) {
  /** A cache line, and the widest vector. */
  public static final int ALIGNMENT = 64;

  public long offset(Buffer buffer) {
    return offsets[buffer.id()];
  }
}

package chladni.engine.memory;

import chladni.engine.error.OutOfHostMemoryException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Zeroed host memory with one owner: all of it is freed by {@link #close}, and nothing of it can be
 * touched afterwards.
 */
public final class HostArena implements AutoCloseable {
  /** A cache line, and the widest vector. */
  public static final long ALIGNMENT = 64;

  private final Arena arena = Arena.ofShared();
  private final String owner;
  private long bytes;

  /**
   * An arena without blocks.
   *
   * @param owner who it is for, in error messages
   */
  public HostArena(String owner) {
    this.owner = owner;
  }

  /**
   * A block of at least one cache line, filled with zeros.
   *
   * @throws OutOfHostMemoryException when the machine has no such block
   */
  public MemorySegment allocate(long size) {
    long padded = Math.max(ALIGNMENT, Math.ceilDiv(size, ALIGNMENT) * ALIGNMENT);
    try {
      MemorySegment block = HostBlocks.allocate(arena, padded, ALIGNMENT);
      bytes += padded;
      return block;
    } catch (OutOfMemoryError e) {
      throw new OutOfHostMemoryException(
          "%s: the machine has no %d bytes left, %d are held. Use a smaller batch."
              .formatted(owner, padded, bytes),
          e);
    }
  }

  /** What has been allocated. */
  public long bytes() {
    return bytes;
  }

  @Override
  public void close() {
    arena.close();
  }
}

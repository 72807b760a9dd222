package chladni.cuda;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Objects;
import jcuda.Pointer;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUevent;

/**
 * The way of an input to the device: two blocks of pinned memory, so that the host can write the
 * next value while the last one waits for its turn. What was not written again is not copied again.
 */
final class Staging implements AutoCloseable {
  private final Driver driver;
  private final long bytes;
  private final Pointer pinned;
  private final List<Block> blocks;
  private int current;
  private boolean written;
  private boolean sent = true;

  private static final class Block {
    final Pointer pointer;
    final ByteBuffer bytes;

    /** Comes when the device has read the block; null before it was ever to. */
    CUevent taken;

    Block(Pointer pinned, long from, long bytes) {
      this.pointer = pinned.withByteOffset(from);
      this.bytes = pinned.getByteBuffer(from, bytes).order(ByteOrder.nativeOrder());
    }
  }

  Staging(Driver driver, long bytes, String owner) {
    this.driver = driver;
    this.bytes = bytes;
    this.pinned = driver.allocatePinned(2 * bytes, owner);
    this.blocks = List.of(new Block(pinned, 0, bytes), new Block(pinned, bytes, bytes));
  }

  /** Where the next value goes. Waits until the device has read what was there. */
  ByteBuffer next() {
    if (sent) {
      current = 1 - current;
      CUevent taken = blocks.get(current).taken;
      if (taken != null) {
        driver.stream().await(taken);
      }
      sent = false;
    }
    written = true;
    return blocks.get(current).bytes;
  }

  boolean isWritten() {
    return written;
  }

  /** Puts the copy of a new value on the stream; nothing when there is none. */
  void send(CUdeviceptr to) {
    if (sent) {
      return;
    }
    Block block = blocks.get(current);
    copy(to);
    if (block.taken == null) {
      block.taken = driver.stream().event();
    }
    driver.stream().record(block.taken);
    sent = true;
  }

  /** Puts a copy of the newest value on the stream, be it new or not. */
  void copy(CUdeviceptr to) {
    driver.stream().copyIn(to, blocks.get(current).pointer, bytes);
  }

  /** Takes over the newest value of another one of this size. */
  void take(Staging other) {
    if (other.written) {
      next().duplicate().put(other.blocks.get(other.current).bytes.duplicate());
    }
  }

  @Override
  public void close() {
    driver.freePinned(pinned);
    blocks.stream().map(b -> b.taken).filter(Objects::nonNull).forEach(driver.stream()::destroy);
  }
}

package chladni.cuda;

import java.util.function.Supplier;
import jcuda.driver.CUdeviceptr;

/**
 * What the steps of a program work in, beside the arena. They run one after the other on one
 * stream, so each may use all of it; where it lies is known once every step has said its need.
 */
final class Scratch {
  /** What the driver promises for blocks of its own. */
  private static final long ALIGNMENT = 256;

  private long step;
  private long largest;
  private DeviceMemory memory;

  /** Another step begins, with all of the memory free. */
  void next() {
    step = 0;
  }

  /**
   * Memory of the step at hand. It is given from the end, so that most of what passes a step's
   * memory passes the block's end too, where it is found out.
   *
   * @return where it lies, to be asked after {@link #allocate}
   */
  Supplier<CUdeviceptr> take(long bytes) {
    step += Math.ceilDiv(bytes, ALIGNMENT) * ALIGNMENT;
    largest = Math.max(largest, step);
    long fromEnd = step;
    return () -> memory.at(largest - fromEnd);
  }

  /** Bytes for the step that needs most. */
  long bytes() {
    return largest;
  }

  /** All that steps have asked for until now; to be closed behind the last run of one. */
  DeviceMemory allocate(Driver driver) {
    memory = new DeviceMemory(driver, largest, "scratch memory");
    return memory;
  }
}

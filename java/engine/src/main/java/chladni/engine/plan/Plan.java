package chladni.engine.plan;

import java.util.List;
import java.util.SequencedMap;
import java.util.function.ToLongFunction;

/**
 * A program without a machine: steps in order and the buffers they work on.
 *
 * @param inputs the buffer that the host writes, by name; also for inputs that nothing reads
 * @param outputs the buffer that the host reads, by name
 * @param variables the storage of each variable that a step touches, by name
 */
public record Plan(
    List<Step> steps,
    List<Buffer> buffers,
    SequencedMap<String, Buffer> inputs,
    SequencedMap<String, Buffer> outputs,
    SequencedMap<String, Buffer> variables) {
  /**
   * Assigns arena offsets.
   *
   * @param bytes the physical size of a buffer; those of a packed family are equal
   */
  public MemoryPlan memory(ToLongFunction<Buffer> bytes) {
    return memory(steps.stream().map(List::of).toList(), bytes);
  }

  /**
   * Assigns arena offsets for an order of the backend's own.
   *
   * @param moments the steps; those of one list run at once
   * @param bytes the physical size of a buffer; those of a packed family are equal
   */
  public MemoryPlan memory(List<List<Step>> moments, ToLongFunction<Buffer> bytes) {
    return MemoryPlanner.plan(this, moments, bytes);
  }
}

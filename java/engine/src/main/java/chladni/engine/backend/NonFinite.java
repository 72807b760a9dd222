package chladni.engine.backend;

import chladni.engine.api.Experimental;
import java.util.Arrays;
import java.util.List;

/**
 * The first step of a run whose result holds NaN or infinity.
 *
 * @param step its number in {@link Program#listing}
 * @param label the node that the result belongs to, with its scope
 * @param nodes all nodes that the step computes: one of them is where it began
 * @param result which memory it was found in
 * @param count elements that are not finite
 * @param index the first of them in row-major order
 * @param value what stands there
 * @param sources inputs and variables that the step reads and that were not finite before the run
 */
@Experimental
public record NonFinite(
    int step,
    String label,
    List<String> nodes,
    Listing.Tensor result,
    long count,
    int[] index,
    double value,
    List<String> sources) {
  /** {@code step 12: log 'loss' #7 (8): 3 not finite in arena+64, first at [2]: -Infinity}. */
  @Override
  public String toString() {
    String fused = nodes.size() > 1 ? "; the kernel computes " + String.join(", ", nodes) : "";
    String from = sources.isEmpty() ? "" : "; not finite before: " + String.join(", ", sources);
    return "step %d: %s: %d not finite in %s, first at %s: %s%s%s"
        .formatted(
            step, label, count, result.place(), Arrays.toString(index), value, fused, from);
  }
}

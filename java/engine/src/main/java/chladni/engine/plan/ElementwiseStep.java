package chladni.engine.plan;

import chladni.engine.graph.Node;
import java.util.List;

/**
 * A fused kernel: at each point of {@code space}, in any order and in parallel, fill registers 0 to
 * {@code loads - 1}, run the instructions, then write. A write may go to memory that a load of the
 * same step reads, by the same view, so all loads of a point come before its writes and neither may
 * be assumed not to alias.
 *
 * @param space extents, outermost first, in the physical order of the main result, collapsed as far
 *     as every view allows; one extent {@link Space#FAMILY} for packed buffers; empty for a scalar
 */
public record ElementwiseStep(
    String label,
    List<Node> nodes,
    int[] space,
    List<Load> loads,
    List<Instr> instrs,
    List<Write> writesTo)
    implements Step {
  @Override
  public List<Buffer> reads() {
    return Kernels.reads(loads);
  }

  @Override
  public List<Buffer> writes() {
    return Kernels.writes(writesTo);
  }
}

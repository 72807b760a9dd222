package chladni.engine.plan;

import chladni.engine.graph.Node;
import java.util.List;

/**
 * A fused kernel as {@link ElementwiseStep}, whose registers are then reduced over the marked axes
 * of the space. The strides of a write are 0 on those. Several registers may be reduced in one
 * pass; no write shares memory with a load.
 */
public record ReductionStep(
    String label,
    List<Node> nodes,
    int[] space,
    boolean[] reduced,
    Kind kind,
    List<Load> loads,
    List<Instr> instrs,
    List<Write> writesTo)
    implements Step {
  /** How elements are brought together. */
  public enum Kind {
    SUM,
    MAX
  }

  @Override
  public List<Buffer> reads() {
    return Kernels.reads(loads);
  }

  @Override
  public List<Buffer> writes() {
    return Kernels.writes(writesTo);
  }
}

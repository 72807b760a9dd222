package chladni.engine.plan;

import chladni.engine.graph.Node;
import java.util.List;

/** One thing that a program does; a plan is a list of them, run in order. */
public sealed interface Step permits ElementwiseStep, ReductionStep, OpStep, CopyStep {
  /** The nodes whose values it writes, for listings and profiles. */
  String label();

  /** The nodes it computes, in order, those included that are never written; none for a copy. */
  List<Node> nodes();

  /** The buffers it reads, roots of aliases, each once. */
  List<Buffer> reads();

  /** The buffers it writes, wholly or in part, each once. */
  List<Buffer> writes();
}

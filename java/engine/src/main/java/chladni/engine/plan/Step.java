package chladni.engine.plan;

import java.util.List;

/** One thing that a program does; a plan is a list of them, run in order. */
public sealed interface Step permits ElementwiseStep, ReductionStep, OpStep, CopyStep {
  /** The nodes it computes, for listings and profiles. */
  String label();

  /** The buffers it reads, roots of aliases, each once. */
  List<Buffer> reads();

  /** The buffers it writes, wholly or in part, each once. */
  List<Buffer> writes();
}

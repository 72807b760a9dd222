package chladni.engine.graph;

/**
 * An operation whose operand 1 holds INT32 indices along an axis. A program refuses an index out of
 * range where it is written to an input; one that was computed gathers NaN and scatters nothing.
 */
public sealed interface IndexOp extends OpaqueOp
    permits Gather, GatherAlong, ScatterAdd, ScatterAddAlong {
  /** The axis, counted from the front. */
  int axis();

  /** What every index must be below: the extent of the axis that is gathered from or added to. */
  int extent(Node node);
}

package chladni.engine.graph;

/**
 * Moves or repeats elements and changes none: each of the result is one of the operand, at a place
 * that follows from the shapes.
 */
public sealed interface ViewOp extends Op
    permits Broadcast, ChannelBroadcast, Flip, Reshape, Slice, Transpose, UpsampleNearest2d {}

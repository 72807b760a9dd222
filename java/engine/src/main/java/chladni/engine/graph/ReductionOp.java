package chladni.engine.graph;

/** Each element is the sum or the maximum of some of the operand, each of which goes to one. */
public sealed interface ReductionOp extends Op permits BlockSum2d, ChannelSum, Max, Sum {}

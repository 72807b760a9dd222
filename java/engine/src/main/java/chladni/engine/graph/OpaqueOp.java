package chladni.engine.graph;

/**
 * An operation to be computed as a whole: sums of products, windows, indices, random numbers, what
 * knows INT32, a Java body. Of all others each element is a value that is there or a formula over
 * elements whose places follow from the shapes, so a planner may take them apart and put them
 * together anew.
 */
public sealed interface OpaqueOp extends Op
    permits
        ArgMax, CustomOp, Dropout, Increment, IndexOp, LogSoftmax, OneHot, Product, ToFloat, TopK,
        WindowOp {}

package chladni.engine.graph;

/**
 * The kind of number a node carries. How many bits a {@link #FLOAT} has is an option of compilation,
 * never a property of the graph.
 */
public enum DType {
  /** A real number in the precision of the program. */
  FLOAT,
  /** A 32-bit signed integer: labels and counters. */
  INT32
}

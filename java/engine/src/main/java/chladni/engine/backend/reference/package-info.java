/**
 * The specification: every operation as plain loops over {@code double[]}, to be checked against
 * its formula by reading. The other backends are held against it. In FP64 results stay as they are;
 * in FP32 each node's result is rounded once, after sums in double; in BF16 so too, and the
 * operands of products are rounded before.
 */
package chladni.engine.backend.reference;

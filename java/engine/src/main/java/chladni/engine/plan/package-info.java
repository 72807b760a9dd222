/**
 * Compiles a graph to a list of steps over buffers, with everything decided that does not need a
 * machine: what is computed at all, in which order, fused with what, in which layout, and where it
 * lies. Pure values and pure passes; a backend only binds addresses.
 */
package chladni.engine.plan;

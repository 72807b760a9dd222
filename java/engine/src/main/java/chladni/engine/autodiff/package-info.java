/** Derivatives as graph: one reverse sweep that appends gradient nodes to the same graph. */
package chladni.engine.autodiff;

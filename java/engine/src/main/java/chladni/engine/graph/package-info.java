/**
 * What is to be computed: an append-only graph of operations on typed shapes. Nothing here knows of
 * memory, layouts or devices; creation order is topological order, and a mistake surfaces at the
 * line that made it.
 */
package chladni.engine.graph;

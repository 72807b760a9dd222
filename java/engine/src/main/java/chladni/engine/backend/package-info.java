/**
 * What turns a graph into something that runs: the contracts of a backend, its programs and the
 * store that holds variables. Backends are found by ServiceLoader and never stand in for each other
 * in silence.
 */
package chladni.engine.backend;

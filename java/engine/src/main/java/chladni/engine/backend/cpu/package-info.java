/**
 * The CPU backend: oneDNN for convolutions and matrix products, our host kernels for everything
 * else. A plan is bound once to addresses and primitives; a run is one call into the host library.
 * Nothing here runs Java code per element.
 */
package chladni.engine.backend.cpu;

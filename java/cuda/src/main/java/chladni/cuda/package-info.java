/**
 * The CUDA backend: a plan becomes a list of launches on one stream, captured once as a CUDA graph;
 * a run replays it. Found by ServiceLoader when this artifact is on the class path.
 */
package chladni.cuda;

/** Other engines on the work of our benchmarks, each in a process of its own. */
package chladni.benchmarks.peers;

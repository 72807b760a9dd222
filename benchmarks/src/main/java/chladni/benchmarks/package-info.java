/** JMH: the convolutions that matter and whole steps, as a program runs them. */
package chladni.benchmarks;

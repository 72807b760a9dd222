/** The CPU backend against the reference, and what only it has: layouts, threads, native files. */
package chladni.tests.cpu;

/** The engine as a guest in somebody else's JVM: what it allocates, keeps, frees and leaves alone. */
package chladni.tests.runtime;

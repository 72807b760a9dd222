/** Memory outside of the Java heap, which lives as long as the thing that owns it. */
package chladni.engine.memory;

/** What the engine promises about its own interface. */
package chladni.engine.api;

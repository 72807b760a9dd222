/** How backends that follow a plan list its steps and say which one went wrong. */
package chladni.engine.backend.listing;

/** How backends that follow a plan list its steps. */
package chladni.engine.backend.listing;

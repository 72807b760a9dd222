/** Layers: functions that emit nodes, and the specification of the variables they need. */
package chladni.engine.nn;

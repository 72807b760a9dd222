/** Losses: functions that compose verbs into a scalar. A new one needs no registration. */
package chladni.engine.loss;

/** Optimizers, which turn a loss into updates of the same program, and schedules of their rate. */
package chladni.engine.optim;

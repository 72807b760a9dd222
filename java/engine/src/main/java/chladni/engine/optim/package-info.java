/** Optimizers: functions that turn a loss into assignments of new versions, in the same graph. */
package chladni.engine.optim;

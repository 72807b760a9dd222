/** Schedules of a learning rate, which are arithmetic and need no backend. */
package chladni.tests.optim;

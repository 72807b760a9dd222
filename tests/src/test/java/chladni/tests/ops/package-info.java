/**
 * Every operation, from one table: forward against the reference in FP64, gradients against central
 * differences and across backends, second derivatives, repeatability.
 */
package chladni.tests.ops;

/** The measures, against cases small enough to count by hand, and against what must always hold. */
package chladni.tests.evaluation;

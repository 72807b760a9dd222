/** The whole job, small: from files to the report. */
package chladni.tests.endtoend;

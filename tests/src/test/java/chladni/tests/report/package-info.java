/** The report: whole, escaped, self-contained, and the same figures on the page as in the file. */
package chladni.tests.report;

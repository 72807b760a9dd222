/** The order of data, pairs of pictures, and the loop that saves and resumes. */
package chladni.tests.training;

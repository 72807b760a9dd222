/** Training steps as single programs, and the loop that feeds, logs, saves and resumes them. */
package chladni.sound2image.training;

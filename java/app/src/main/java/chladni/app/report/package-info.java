/**
 * The report of a run: one self-contained page for people and one flat JSON file for programs. It
 * takes plain records, so that whoever runs the pipeline only fills them in.
 */
package chladni.app.report;

/**
 * Pictures, sounds and the files that hold them.
 *
 * <p>Files come from strangers, and FFmpeg parses them in C: {@link
 * chladni.sound2image.media.MediaReader} therefore decodes in worker processes, behind allow-lists
 * and limits, so that the worst file costs one worker and one line in a list of failures. What we
 * write ourselves ({@link chladni.sound2image.media.VideoWriter}) is trusted and encoded in this
 * process.
 */
package chladni.sound2image.media;

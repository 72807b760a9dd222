/**
 * Arrays on disk: safetensors and npy, read with bounds and written so that a reader never sees
 * half a file. Both formats are parsed here because a weight file may come from anybody: every
 * length is checked against the file before memory is taken for it, and whatever is wrong surfaces
 * as {@link chladni.engine.io.BadFileException}.
 */
package chladni.engine.io;

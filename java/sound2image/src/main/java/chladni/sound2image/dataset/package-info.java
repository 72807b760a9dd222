/** Prepared clips, the paper's selection of those where picture and sound agree, folders of pairs. */
package chladni.sound2image.dataset;

/** From a sound that no network has heard to a picture. */
package chladni.sound2image.generation;

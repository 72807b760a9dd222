/** Between a store and files of weights: names, shapes and what to say when they do not fit. */
package chladni.sound2image.weights;

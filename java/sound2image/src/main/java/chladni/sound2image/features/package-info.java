/** What the networks say of clips: class probabilities, fc6, pool5, multimodal vectors. */
package chladni.sound2image.features;

/** The networks of the paper as functions from nodes to nodes, with PyTorch's parameter names. */
package chladni.sound2image.network;

package chladni.engine.plan;

import chladni.engine.graph.ElementwiseOp;
import chladni.engine.graph.Node;

/**
 * What follows on each element of a product before it is stored: Add or Mul with one value for each
 * channel (axis 1 of the result, for convolutions and matrices alike), then at most one Tanh, Sigmoid
 * or LeakyRelu with a slope above 0.
 *
 * @param node whose value this stage makes
 * @param operand as many dense elements as the result has channels; null for the activations
 */
public record Epilogue(Node node, Buffer operand) {
  public ElementwiseOp op() {
    return (ElementwiseOp) node.op();
  }
}

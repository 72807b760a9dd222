package chladni.engine.graph;

/**
 * A sum of products of elements of its two operands, where the time goes: what a precision below 32
 * bits rounds the operands of.
 */
public sealed interface Product extends OpaqueOp
    permits Conv2d, ConvTranspose2d, ConvWeightGrad, MatMul {}

package chladni.engine.graph;

/**
 * Works on every plane of a picture (N, C, H, W) alone: what a window over it covers becomes one
 * element of a plane of another size, or the other way about.
 */
public sealed interface WindowOp extends OpaqueOp
    permits MaxPool2d, MaxPool2dGrad, MaxPool2dPick, SeparableOp {}

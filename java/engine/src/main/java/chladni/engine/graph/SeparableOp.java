package chladni.engine.graph;

/** Linear in a plane: a map along its rows, then one along its columns. */
public sealed interface SeparableOp extends WindowOp
    permits Resample2d, Resample2dGrad, WindowSpread2d, WindowSum2d {}

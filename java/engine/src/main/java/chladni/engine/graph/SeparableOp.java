package chladni.engine.graph;

/** A window operation that is linear, first along the rows of a plane and then along its columns. */
public sealed interface SeparableOp extends WindowOp
    permits Resample2d, Resample2dGrad, WindowSpread2d, WindowSum2d {}

package chladni.cuda;

import chladni.engine.graph.Gather;
import chladni.engine.graph.GatherAlong;
import chladni.engine.graph.IndexOp;
import chladni.engine.graph.Node;
import chladni.engine.graph.ScatterAdd;
import chladni.engine.graph.ScatterAddAlong;
import chladni.engine.graph.Shape;
import chladni.engine.plan.OpStep;
import chladni.engine.plan.Strides;

/** Operations with indices as launches of kernels/cuda/index.cu. */
final class IndexLaunches {
  private final CudaLowering lowering;

  IndexLaunches(CudaLowering lowering) {
    this.lowering = lowering;
  }

  void lower(OpStep step, IndexOp op) {
    Node node = step.node();
    Shape values = node.input(0).shape();
    Shape indices = node.input(1).shape();
    switch (op) {
      case Gather(int axis, double outside) ->
          lowering.run(
              step,
              "gather",
              around(step, values, axis).longs(indices.elements()).number((float) outside));
      case GatherAlong(int axis, double outside) ->
          lowering.run(
              step,
              "gather_along",
              around(step, values, axis).longs(indices.dim(axis)).number((float) outside));
      case ScatterAdd(int axis, int _) ->
          lowering.run(
              step,
              "scatter_add",
              around(step, node.shape(), axis).longs(indices.elements()).ints(0));
      case ScatterAddAlong(int axis, int _) ->
          lowering.run(
              step,
              "scatter_add",
              around(step, node.shape(), axis).longs(indices.dim(axis)).ints(1));
    }
  }

  void argMax(OpStep step, int axis) {
    lowering.run(step, "arg_max", around(step, step.node().input(0).shape(), axis));
  }

  void topK(OpStep step, int axis, int k) {
    lowering.run(step, "top_k", around(step, step.node().input(0).shape(), axis).longs(k));
  }

  /** All addresses, then elements before, along and after an axis. */
  private Launch.Arguments around(OpStep step, Shape shape, int axis) {
    long inner = Strides.rowMajor(shape)[shape.axis(axis)];
    long extent = shape.dim(axis);
    return lowering
        .inOut(step)
        .longs(shape.elements() / extent / inner, extent, inner);
  }
}

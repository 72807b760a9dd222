package chladni.engine.backend.cpu;

import chladni.engine.graph.Gather;
import chladni.engine.graph.GatherAlong;
import chladni.engine.graph.IndexOp;
import chladni.engine.graph.Node;
import chladni.engine.graph.ScatterAdd;
import chladni.engine.graph.ScatterAddAlong;
import chladni.engine.graph.Shape;
import chladni.engine.plan.OpStep;
import chladni.engine.plan.Strides;

/** Operations with indices in the words of the host library (kernels/host/index.cpp). */
final class IndexSteps {
  private static final int GATHER = 20;
  private static final int SCATTER_ADD = 21;
  private static final int GATHER_ALONG = 22;
  private static final int SCATTER_ADD_ALONG = 23;
  private static final int ARG_MAX = 24;
  private static final int TOP_K = 25;

  private final CpuLowering lowering;

  IndexSteps(CpuLowering lowering) {
    this.lowering = lowering;
  }

  void lower(OpStep step, IndexOp op) {
    Node node = step.node();
    Shape values = node.input(0).shape();
    Shape indices = node.input(1).shape();
    switch (op) {
      case Gather(int axis, double outside) ->
          lowering.add(
              GATHER,
              around(values, axis).add(indices.elements()).number(outside),
              step,
              "gather rows");
      case ScatterAdd(int axis, int _) ->
          lowering.add(
              SCATTER_ADD,
              around(node.shape(), axis).add(indices.elements()),
              step,
              "scatter rows");
      case GatherAlong(int axis, double outside) ->
          lowering.add(
              GATHER_ALONG,
              around(values, axis).add(indices.dim(axis)).number(outside),
              step,
              "gather");
      case ScatterAddAlong(int axis, int _) ->
          lowering.add(
              SCATTER_ADD_ALONG,
              around(node.shape(), axis).add(indices.dim(axis)),
              step,
              "scatter");
    }
  }

  void argMax(OpStep step, int axis) {
    lowering.add(ARG_MAX, around(step.node().input(0).shape(), axis).add(1), step, "arg max");
  }

  void topK(OpStep step, int axis, int k) {
    lowering.add(TOP_K, around(step.node().input(0).shape(), axis).add(k), step, "partial sort");
  }

  /** Elements before, along and after an axis. */
  static Words around(Shape shape, int axis) {
    int a = shape.axis(axis);
    long inner = Strides.rowMajor(shape)[a];
    long extent = shape.dim(a);
    return new Words().add(shape.elements() / extent / inner, extent, inner);
  }
}

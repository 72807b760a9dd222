package chladni.engine.backend.cpu;

import chladni.engine.graph.MaxPool2d;
import chladni.engine.graph.MaxPool2dGrad;
import chladni.engine.graph.MaxPool2dPick;
import chladni.engine.graph.Resample2d;
import chladni.engine.graph.Resample2dGrad;
import chladni.engine.graph.Shape;
import chladni.engine.graph.Window;
import chladni.engine.graph.WindowOp;
import chladni.engine.graph.WindowSpread2d;
import chladni.engine.graph.WindowSum2d;
import chladni.engine.plan.Buffer;
import chladni.engine.plan.Layout;
import chladni.engine.plan.OpStep;

/**
 * Pooling and resampling of channels-last pictures. What is linear is one kernel for all: a sparse
 * matrix along the rows and one along the columns.
 */
final class WindowSteps {
  private static final int MAX_POOL = 6;
  private static final int MAX_POOL_GRAD = 7;
  private static final int MAX_POOL_PICK = 14;
  private static final int SEPARABLE = 15;

  private final CpuLowering lowering;

  WindowSteps(CpuLowering lowering) {
    this.lowering = lowering;
  }

  void lower(OpStep step, WindowOp op) {
    Shape from = step.inputs().get(0).type().shape();
    Shape to = step.output().type().shape();
    switch (op) {
      case MaxPool2d(int kernelH, int kernelW, Window window) ->
          maxPool(MAX_POOL, step, from, step.output(), kernelH, kernelW, window);
      case MaxPool2dGrad(int kernelH, int kernelW, Window window) ->
          maxPool(MAX_POOL_GRAD, step, from, step.inputs().get(1), kernelH, kernelW, window);
      case MaxPool2dPick(int kernelH, int kernelW, Window window) ->
          maxPool(MAX_POOL_PICK, step, from, step.output(), kernelH, kernelW, window);
      case WindowSum2d(int kernelH, int kernelW, Window window) ->
          separable(
              step,
              rows(window, from.dim(2), to.dim(2), kernelH),
              columns(window, from.dim(3), to.dim(3), kernelW));
      case WindowSpread2d(int kernelH, int kernelW, Window window, int h, int w) ->
          separable(
              step,
              rows(window, h, from.dim(2), kernelH).transposed(h),
              columns(window, w, from.dim(3), kernelW).transposed(w));
      case Resample2d(var mode, int h, int w) ->
          separable(
              step,
              Taps.resampling(mode, from.dim(2), h),
              Taps.resampling(mode, from.dim(3), w));
      case Resample2dGrad(var mode, int h, int w) ->
          separable(
              step,
              Taps.resampling(mode, h, from.dim(2)).transposed(h),
              Taps.resampling(mode, w, from.dim(3)).transposed(w));
    }
  }

  private static Taps rows(Window w, int in, int out, int kernel) {
    return Taps.windows(in, out, kernel, w.strideH(), w.padTop(), w.dilationH());
  }

  private static Taps columns(Window w, int in, int out, int kernel) {
    return Taps.windows(in, out, kernel, w.strideW(), w.padLeft(), w.dilationW());
  }

  private void maxPool(
      int kind, OpStep step, Shape x, Buffer small, int kernelH, int kernelW, Window w) {
    Shape pooled = small.type().shape();
    boolean last = small.layout() == Layout.CHANNELS_LAST;
    long plane = (long) pooled.dim(2) * pooled.dim(3);
    Words words =
        new Words()
            .add(x.dim(0), x.dim(1), x.dim(2), x.dim(3), pooled.dim(2), pooled.dim(3))
            .add(kernelH, kernelW, w.strideH(), w.strideW())
            .add(w.padTop(), w.padLeft(), w.dilationH(), w.dilationW())
            .add(last ? pooled.dim(1) : 1, last ? 1 : plane);
    lowering.add(kind, words, step, lowering.kernel("max pool"));
  }

  private void separable(OpStep step, Taps rows, Taps columns) {
    Shape from = step.inputs().get(0).type().shape();
    Words words =
        new Words()
            .add(from.dim(0), from.dim(1), from.dim(2), from.dim(3))
            .add(rows.of().size(), columns.of().size())
            .add(rows.words())
            .add(columns.words());
    lowering.add(SEPARABLE, words, step, lowering.kernel("rows then columns"));
  }
}

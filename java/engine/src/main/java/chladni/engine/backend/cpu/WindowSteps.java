package chladni.engine.backend.cpu;

import chladni.engine.graph.MaxPool2d;
import chladni.engine.graph.MaxPool2dGrad;
import chladni.engine.graph.MaxPool2dPick;
import chladni.engine.graph.SeparableOp;
import chladni.engine.graph.Shape;
import chladni.engine.graph.Window;
import chladni.engine.graph.WindowOp;
import chladni.engine.plan.Buffer;
import chladni.engine.plan.Layout;
import chladni.engine.plan.OpStep;
import chladni.engine.plan.Separable;
import chladni.engine.plan.Taps;
import java.util.List;

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
      case SeparableOp separable -> separable(step, Separable.of(separable, from, to));
    }
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

  private void separable(OpStep step, Separable map) {
    Shape from = step.inputs().get(0).type().shape();
    Words words =
        new Words()
            .add(from.dim(0), from.dim(1), from.dim(2), from.dim(3))
            .add(map.rows().of().size(), map.columns().of().size());
    add(words, map.rows());
    add(words, map.columns());
    lowering.add(SEPARABLE, words, step, lowering.kernel("rows then columns"));
  }

  /** For each element the number of its taps, then each with its weight. */
  private static void add(Words words, Taps taps) {
    for (List<Taps.Tap> of : taps.of()) {
      words.add(of.size());
      of.forEach(tap -> words.add(tap.at()).number(tap.weight()));
    }
  }
}

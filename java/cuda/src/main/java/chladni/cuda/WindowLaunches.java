package chladni.cuda;

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
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Pooling and resampling of channels-last pictures as launches of kernels/cuda/pool.cu and
 * window.cu.
 */
final class WindowLaunches {
  private final CudaLowering lowering;

  WindowLaunches(CudaLowering lowering) {
    this.lowering = lowering;
  }

  void lower(OpStep step, WindowOp op) {
    Shape from = step.inputs().get(0).type().shape();
    Shape to = step.output().type().shape();
    switch (op) {
      case MaxPool2d(int kernelH, int kernelW, Window window) ->
          maxPool("max_pool", step, step.output(), kernelH, kernelW, window);
      case MaxPool2dGrad(int kernelH, int kernelW, Window window) ->
          maxPool("max_pool_grad", step, step.inputs().get(1), kernelH, kernelW, window);
      case MaxPool2dPick(int kernelH, int kernelW, Window window) ->
          maxPool("max_pool_pick", step, step.output(), kernelH, kernelW, window);
      case SeparableOp separable -> separable(step, Separable.of(separable, from, to));
    }
  }

  private void maxPool(
      String kernel, OpStep step, Buffer small, int kernelH, int kernelW, Window w) {
    Shape x = step.inputs().get(0).type().shape();
    Shape pooled = small.type().shape();
    lowering.run(
        step,
        kernel,
        lowering
            .inOut(step)
            .struct(
                x.dim(0), x.dim(1), x.dim(2), x.dim(3),
                pooled.dim(2), pooled.dim(3),
                kernelH, kernelW,
                w.strideH(), w.strideW(), w.padTop(), w.padLeft(), w.dilationH(), w.dilationW(),
                small.layout() == Layout.CHANNELS_LAST ? 1 : 0));
  }

  private void separable(OpStep step, Separable map) {
    Shape x = step.inputs().get(0).type().shape();
    lowering.run(
        step,
        "separable",
        lowering
            .inOut(step)
            .longs(Binding.elements(step.output()))
            .ints(x.dim(1), x.dim(2), x.dim(3), map.rows().of().size(), map.columns().of().size())
            .struct(addresses(map.rows()))
            .struct(addresses(map.columns())));
  }

  /** Where each element's taps begin and the last ones end; their places; their weights. */
  private long[] addresses(Taps taps) {
    int[] from = new int[taps.of().size() + 1];
    for (int i = 1; i < from.length; i++) {
      from[i] = from[i - 1] + taps.of().get(i - 1).size();
    }
    return Stream.of(
            IntStream.of(from),
            all(taps).mapToInt(Taps.Tap::at),
            all(taps).mapToInt(tap -> Float.floatToRawIntBits((float) tap.weight())))
        .mapToLong(values -> lowering.table(values.toArray()))
        .toArray();
  }

  private static Stream<Taps.Tap> all(Taps taps) {
    return taps.of().stream().flatMap(List::stream);
  }
}

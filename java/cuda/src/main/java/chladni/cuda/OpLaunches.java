package chladni.cuda;

import static chladni.cuda.ConvolutionGraph.Direction.DATA;
import static chladni.cuda.ConvolutionGraph.Direction.FORWARD;
import static chladni.cuda.ConvolutionGraph.Direction.WEIGHT;

import chladni.engine.backend.Precision;
import chladni.engine.graph.ArgMax;
import chladni.engine.graph.Conv2d;
import chladni.engine.graph.ConvTranspose2d;
import chladni.engine.graph.ConvWeightGrad;
import chladni.engine.graph.CustomOp;
import chladni.engine.graph.Dropout;
import chladni.engine.graph.Increment;
import chladni.engine.graph.IndexOp;
import chladni.engine.graph.LogSoftmax;
import chladni.engine.graph.MatMul;
import chladni.engine.graph.OneHot;
import chladni.engine.graph.Shape;
import chladni.engine.graph.ToFloat;
import chladni.engine.graph.TopK;
import chladni.engine.graph.Window;
import chladni.engine.graph.WindowOp;
import chladni.engine.plan.Layout;
import chladni.engine.plan.OpStep;
import chladni.engine.plan.Strides;

/** Operations that have an implementation of their own as work on the stream. */
final class OpLaunches {
  private static final int BLOCK = 256;

  private final CudaLowering lowering;
  private final Device device;
  private final Precision precision;
  private final FusedLaunches fused;
  private final Weights weights;
  private final Convolutions convolutions;
  private final WindowLaunches windows;
  private final IndexLaunches indices;

  OpLaunches(
      CudaLowering lowering,
      Device device,
      Precision precision,
      FusedLaunches fused,
      Weights weights) {
    this.lowering = lowering;
    this.device = device;
    this.precision = precision;
    this.fused = fused;
    this.weights = weights;
    this.convolutions = new Convolutions(lowering, fused, device, precision);
    this.windows = new WindowLaunches(lowering);
    this.indices = new IndexLaunches(lowering);
  }

  /** Adds what the step is made of. */
  void lower(OpStep step) {
    switch (step.op()) {
      case Conv2d(Window window, int groups) -> {
        Operand src = lowering.given(step.inputs().get(0));
        Operand dst = lowering.given(step.output());
        Operand weight = weights.taken(step);
        convolutions.lower(step, new Convolution(FORWARD, src, dst, weight, window, groups));
      }
      case ConvTranspose2d op -> {
        Operand src = lowering.given(step.inputs().get(0));
        Operand dst = lowering.given(step.output());
        Operand weight = weights.taken(step);
        convolutions.lower(
            step, new Convolution(DATA, dst, src, weight, op.window(), op.groups()));
      }
      case ConvWeightGrad op -> {
        Operand src = lowering.given(step.inputs().get(0));
        Operand dOut = lowering.given(step.inputs().get(1));
        Operand gradient = weights.unsettled(step.output());
        convolutions.lower(
            step, new Convolution(WEIGHT, src, dOut, gradient, op.window(), op.groups()));
        weights.settle(gradient, step.output());
      }
      case MatMul op -> matMul(step, op);
      case WindowOp op -> windows.lower(step, op);
      case IndexOp op -> indices.lower(step, op);
      case ArgMax(int axis, boolean _) -> indices.argMax(step, axis);
      case TopK(int axis, int k) -> indices.topK(step, axis, k);
      case CustomOp op -> custom(step, op);
      case LogSoftmax(int axis) -> logSoftmax(step, axis);
      case Dropout op -> dropout(step, op);
      case OneHot(int classes) ->
          lowering.run(
              step,
              "one_hot",
              lowering.inOut(step).longs(Binding.elements(step.inputs().get(0))).ints(classes));
      case ToFloat _ -> lowering.run(step, "to_float", lowering.inOut(step).longs(points(step)));
      case Increment _ -> lowering.run(step, "increment", lowering.inOut(step).longs(points(step)));
    }
  }

  private void matMul(OpStep step, MatMul op) {
    Shape a = step.inputs().get(0).type().shape();
    Shape c = step.output().type().shape();
    Cublas.Product product =
        new Cublas.Product(
            c.elements() / c.dim(-2) / c.dim(-1),
            c.dim(-2),
            op.inner(a),
            c.dim(-1),
            op.transposeA(),
            op.transposeB());
    Operand left = lowering.given(step.inputs().get(0));
    Operand right = weights.taken(step);
    Operand result = fused.product(step);
    lowering.add(
        lowering.tagged("cublasGemmStridedBatchedEx", left),
        () -> device.cublas().multiply(product, precision, left, right, result));
    fused.epilogue(step, result);
  }

  private void logSoftmax(OpStep step, int axis) {
    Shape s = step.output().type().shape();
    long length = s.dim(axis);
    long inner = Strides.rowMajor(s)[s.axis(axis)];
    long rows = s.elements() / length;
    Launch.Arguments arguments = lowering.inOut(step).longs(rows / inner, length, inner);
    lowering.add(lowering.launch("log_softmax", rows, BLOCK / 2, arguments));
  }

  private void custom(OpStep step, CustomOp op) {
    HostStep host = new HostStep(device.driver(), step, op, lowering.binding());
    lowering.then(host);
    lowering.add("Java body on the host", host::fetch);
  }

  private void dropout(OpStep step, Dropout op) {
    Shape s = step.output().type().shape();
    boolean last = step.output().layout() == Layout.CHANNELS_LAST;
    long n = last ? s.dim(0) : 1;
    long c = last ? s.dim(1) : 1;
    lowering.run(
        step,
        "dropout",
        lowering.inOut(step)
            .longs(n, c, s.elements() / n / c)
            .ints(last ? 1 : 0, (int) Math.ceil(op.p() * 0x1p24))
            .number((float) (1 / (1 - op.p())))
            .ints((int) op.seed(), (int) (op.seed() >>> 32), op.stream()));
  }

  private static long points(OpStep step) {
    return Binding.elements(step.output());
  }
}

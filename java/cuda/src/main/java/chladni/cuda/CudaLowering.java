package chladni.cuda;

import static chladni.cuda.Cudnn.Direction.DATA;
import static chladni.cuda.Cudnn.Direction.FORWARD;
import static chladni.cuda.Cudnn.Direction.WEIGHT;

import chladni.engine.backend.ProgramException;
import chladni.engine.graph.ArgMax;
import chladni.engine.graph.Assign;
import chladni.engine.graph.BatchNorm;
import chladni.engine.graph.BlockSum2d;
import chladni.engine.graph.Broadcast;
import chladni.engine.graph.ChannelBroadcast;
import chladni.engine.graph.ChannelSum;
import chladni.engine.graph.Concat;
import chladni.engine.graph.Constant;
import chladni.engine.graph.Conv2d;
import chladni.engine.graph.ConvTranspose2d;
import chladni.engine.graph.ConvWeightGrad;
import chladni.engine.graph.CustomOp;
import chladni.engine.graph.Dropout;
import chladni.engine.graph.ElementwiseOp;
import chladni.engine.graph.Flip;
import chladni.engine.graph.Increment;
import chladni.engine.graph.IndexOp;
import chladni.engine.graph.Input;
import chladni.engine.graph.LogSoftmax;
import chladni.engine.graph.MatMul;
import chladni.engine.graph.Max;
import chladni.engine.graph.MaxPool2d;
import chladni.engine.graph.MaxPool2dGrad;
import chladni.engine.graph.OneHot;
import chladni.engine.graph.Pad;
import chladni.engine.graph.ReadVariable;
import chladni.engine.graph.Reshape;
import chladni.engine.graph.Shape;
import chladni.engine.graph.Slice;
import chladni.engine.graph.Sum;
import chladni.engine.graph.ToFloat;
import chladni.engine.graph.TopK;
import chladni.engine.graph.Transpose;
import chladni.engine.graph.UpsampleNearest2d;
import chladni.engine.graph.Window;
import chladni.engine.plan.Buffer;
import chladni.engine.plan.CopyStep;
import chladni.engine.plan.ElementwiseStep;
import chladni.engine.plan.Layout;
import chladni.engine.plan.OpStep;
import chladni.engine.plan.ReductionStep;
import chladni.engine.plan.Step;
import java.util.ArrayList;
import java.util.List;

/** Turns the steps of a plan into work on the stream, in order. */
final class CudaLowering {
  private static final int BLOCK = 256;

  private final CudaBackend backend;
  private final Binding binding;
  private final FusedLaunches fused;
  private final Convolutions convolutions;
  private final IndexLaunches indices = new IndexLaunches(this);
  private final int multiprocessors;
  private final List<Line> lines = new ArrayList<>();
  private final List<AutoCloseable> owned = new ArrayList<>();

  /**
   * A piece of work with what it is called in listings.
   *
   * @param work puts it on the stream
   * @param host what the host does behind it, before anything that follows; null for most
   */
  record Line(String what, String implementation, Runnable work, HostStep host) {}

  CudaLowering(CudaBackend backend, Binding binding) {
    this.backend = backend;
    this.binding = binding;
    this.multiprocessors = backend.driver().multiprocessors();
    this.fused = new FusedLaunches(this, binding);
    this.convolutions = new Convolutions(this, backend, binding);
  }

  Binding binding() {
    return binding;
  }

  List<Line> lower(List<Step> steps) {
    steps.forEach(this::lower);
    return lines;
  }

  /** What was taken beside the arena, last first; the program's to close. */
  List<AutoCloseable> owned() {
    return owned.reversed();
  }

  private void lower(Step step) {
    switch (step) {
      case ElementwiseStep s -> fused.elementwise(s);
      case ReductionStep s -> fused.reduction(s);
      case CopyStep s ->
          add(
              s.label(),
              "copy",
              () ->
                  backend
                      .driver()
                      .copyOnStream(
                          binding.pointer(s.to()),
                          binding.pointer(s.from()),
                          Binding.bytes(s.to())));
      case OpStep s -> lower(s);
    }
  }

  private void lower(OpStep step) {
    switch (step.node().op()) {
      case Conv2d op -> {
        Buffer src = step.inputs().get(0);
        Buffer weight = step.inputs().get(1);
        convolutions.lower(
            step, FORWARD, src, step.output(), weight, op.window(), op.groups());
        epilogue(step);
      }
      case ConvTranspose2d op -> {
        Buffer src = step.inputs().get(0);
        Buffer weight = step.inputs().get(1);
        convolutions.lower(step, DATA, step.output(), src, weight, op.window(), op.groups());
        epilogue(step);
      }
      case ConvWeightGrad op -> {
        Buffer src = step.inputs().get(0);
        Buffer dOut = step.inputs().get(1);
        convolutions.lower(step, WEIGHT, src, dOut, step.output(), op.window(), op.groups());
      }
      case MatMul op -> matMul(step, op);
      case MaxPool2d op ->
          run(
              step,
              "max_pool",
              pool(step, step.output(), op.kernelH(), op.kernelW(), op.window())
                  .longs(address(step, 0), output(step)));
      case MaxPool2dGrad op ->
          run(
              step,
              "max_pool_grad",
              pool(step, step.inputs().get(1), op.kernelH(), op.kernelW(), op.window())
                  .longs(address(step, 0), address(step, 1), output(step)));
      case IndexOp op -> indices.lower(step, op);
      case ArgMax(int axis, boolean _) -> indices.argMax(step, axis);
      case TopK(int axis, int k) -> indices.topK(step, axis, k);
      case CustomOp op -> custom(step, op);
      case LogSoftmax(int axis) -> logSoftmax(step, axis);
      case Dropout op -> dropout(step, op);
      case OneHot(int classes) ->
          run(
              step,
              "one_hot",
              inOut(step).longs(Binding.elements(step.inputs().get(0))).ints(classes));
      case ToFloat _ -> run(step, "to_float", inOut(step).longs(points(step)));
      case Increment _ -> run(step, "increment", inOut(step).longs(points(step)));
      case Assign _,
          BatchNorm _,
          BlockSum2d _,
          Broadcast _,
          ChannelBroadcast _,
          ChannelSum _,
          Concat _,
          Constant _,
          ElementwiseOp _,
          Flip _,
          Input _,
          Max _,
          Pad _,
          ReadVariable _,
          Reshape _,
          Slice _,
          Sum _,
          Transpose _,
          UpsampleNearest2d _ ->
          throw new ProgramException(
              "plan: %s must reach a backend as a fused kernel.".formatted(step.label()));
    }
  }

  private void epilogue(OpStep step) {
    if (!step.epilogue().isEmpty()) {
      fused.epilogue(step.label(), step.output(), step.epilogue());
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
    add(
        step.label(),
        "cublasGemmStridedBatchedEx",
        () ->
            backend
                .cublas()
                .multiply(
                    product,
                    binding.pointer(step.inputs().get(0)),
                    binding.pointer(step.inputs().get(1)),
                    binding.pointer(step.output())));
    epilogue(step);
  }

  private Launch.Arguments pool(OpStep step, Buffer small, int kernelH, int kernelW, Window w) {
    Shape x = step.inputs().get(0).type().shape();
    Shape y = small.type().shape();
    return new Launch.Arguments()
        .struct(
            x.dim(0), x.dim(1), x.dim(2), x.dim(3),
            y.dim(2), y.dim(3),
            kernelH, kernelW,
            w.strideH(), w.strideW(), w.padTop(), w.padLeft());
  }

  private void logSoftmax(OpStep step, int axis) {
    Shape s = step.output().type().shape();
    long length = s.dim(axis);
    long inner = IndexLaunches.behind(s, axis);
    long rows = s.elements() / length;
    add(
        step.label(),
        "log_softmax",
        launch(
            "log_softmax", rows, BLOCK / 2, inOut(step).longs(rows / inner, length, inner)));
  }

  private void custom(OpStep step, CustomOp op) {
    HostStep host = new HostStep(backend.driver(), step, op, binding);
    own(host);
    lines.add(new Line(step.label(), "Java body on the host", host::fetch, host));
  }

  private void dropout(OpStep step, Dropout op) {
    Shape s = step.output().type().shape();
    boolean last = step.output().layout() == Layout.CHANNELS_LAST;
    long n = last ? s.dim(0) : 1;
    long c = last ? s.dim(1) : 1;
    run(
        step,
        "dropout",
        new Launch.Arguments()
            .longs(address(step, 0), address(step, 1), output(step))
            .longs(n, c, s.elements() / n / c)
            .ints(last ? 1 : 0, (int) Math.ceil(op.p() * 0x1p24))
            .number((float) (1 / (1 - op.p())))
            .ints((int) op.seed(), (int) (op.seed() >>> 32), op.stream()));
  }

  private Launch.Arguments inOut(OpStep step) {
    return new Launch.Arguments().longs(address(step, 0), output(step));
  }

  private static long points(OpStep step) {
    return Binding.elements(step.output());
  }

  private long address(OpStep step, int input) {
    return binding.address(step.inputs().get(input));
  }

  private long output(OpStep step) {
    return binding.address(step.output());
  }

  /** A kernel that gives each element of the result a thread. */
  void run(OpStep step, String kernel, Launch.Arguments arguments) {
    add(step.label(), kernel, launch(kernel, points(step), BLOCK, arguments));
  }

  /** A grid-stride launch over so many points. */
  Launch launch(String kernel, long points, int block, Launch.Arguments arguments) {
    int grid = Launch.blocks(points, block, multiprocessors);
    return launch(kernel, grid, 1, block, arguments);
  }

  Launch launch(String kernel, int gridX, int gridY, int block, Launch.Arguments arguments) {
    return new Launch(
        kernel, backend.kernels().get(kernel), gridX, gridY, block, arguments.list());
  }

  void add(String what, String implementation, Launch launch) {
    add(what, implementation, () -> backend.driver().launch(launch));
  }

  /** Anything that puts its work on the stream. */
  void add(String what, String implementation, Runnable work) {
    lines.add(new Line(what, implementation, work, null));
  }

  /** Something that lives as long as the program. */
  void own(AutoCloseable more) {
    owned.add(more);
  }

  /** Memory of this step alone; the address. */
  long scratch(long bytes) {
    DeviceMemory memory = new DeviceMemory(backend.driver(), bytes, "scratch memory");
    own(memory);
    return memory.address();
  }
}

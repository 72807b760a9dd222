package chladni.cuda;

import chladni.engine.backend.Precision;
import chladni.engine.backend.ProgramException;
import chladni.engine.graph.Add;
import chladni.engine.graph.LeakyRelu;
import chladni.engine.graph.Mul;
import chladni.engine.graph.Shape;
import chladni.engine.graph.Sigmoid;
import chladni.engine.graph.Tanh;
import chladni.engine.graph.Window;
import chladni.engine.plan.Buffer;
import chladni.engine.plan.Epilogue;
import chladni.engine.plan.Format;
import chladni.engine.plan.OpStep;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import jcuda.jcudnn.cudnnPointwiseMode;

/**
 * Chooses how a convolution runs: an engine of cuDNN, with what follows on the result where there
 * is one that does it, else our kernel that follows the definition. What was taken, and why an
 * engine was not, stands in the log.
 */
final class Convolutions {
  private static final System.Logger LOG = System.getLogger("chladni.cuda");

  private static final int BLOCK = 256;

  private final CudaLowering lowering;
  private final Cudnn cudnn;
  private final Precision precision;

  Convolutions(CudaLowering lowering, Cudnn cudnn, Precision precision) {
    this.lowering = lowering;
    this.cudnn = cudnn;
    this.precision = precision;
  }

  /**
   * With its epilogue in the same kernel; false where no engine of cuDNN does that. Operands are as
   * for {@link #lower}, but the result is where the epilogue leaves it.
   */
  boolean lowerFused(
      OpStep step,
      ConvolutionGraph.Direction direction,
      Operand large,
      Operand small,
      Operand weight,
      Window window) {
    if (step.epilogue().isEmpty()) {
      return false;
    }
    List<ConvolutionGraph.Stage> stages =
        step.epilogue().stream().map(Convolutions::stage).toList();
    String names =
        step.epilogue().stream().map(e -> " + " + e.op().name()).collect(Collectors.joining());
    return takes(step, direction, large, small, weight, window, stages, names);
  }

  /**
   * Channels lie innermost in all three.
   *
   * @param large (N, C, H, W)
   * @param small (N, O, oH, oW)
   * @param weight (O, C / groups, kH, kW)
   */
  void lower(
      OpStep step,
      ConvolutionGraph.Direction direction,
      Operand large,
      Operand small,
      Operand weight,
      Window window,
      int groups) {
    if (!takes(step, direction, large, small, weight, window, List.of(), "")) {
      direct(step, direction, large, small, weight, window, groups);
    }
  }

  /** Whether an engine of cuDNN takes it, which is then a part of the step. */
  private boolean takes(
      OpStep step,
      ConvolutionGraph.Direction direction,
      Operand large,
      Operand small,
      Operand weight,
      Window window,
      List<ConvolutionGraph.Stage> stages,
      String names) {
    List<Cudnn.Refusal> refusals = new ArrayList<>();
    Cudnn.Plan plan =
        cudnn.plan(
            new ConvolutionGraph.Problem(
                direction, strided(large), strided(small), strided(weight), window, stages),
            precision,
            refusals);
    for (Cudnn.Refusal r : refusals) {
      LOG.log(
          System.Logger.Level.DEBUG,
          "{0}{1}: cuDNN engine {2} not taken: {3}",
          step.label(),
          names,
          r.engine(),
          r.reason());
    }
    if (plan == null) {
      return false;
    }
    lowering.own(plan);
    long workspace = plan.workspaceBytes() == 0 ? 0 : lowering.scratch(plan.workspaceBytes());
    LongStream sides = LongStream.of(large.address(), small.address(), weight.address());
    LongStream operands =
        stages.isEmpty()
            ? LongStream.empty()
            : step.epilogue().stream()
                .map(Epilogue::operand)
                .filter(Objects::nonNull)
                .mapToLong(b -> lowering.given(b).address());
    CudnnDescriptor pack =
        plan.pack(workspace, LongStream.concat(sides, operands).toArray());
    Operand operand = operand(direction, large, small);
    String implementation =
        lowering.tagged("cudnn engine " + plan.engine(), operand) + names;
    LOG.log(System.Logger.Level.DEBUG, "{0}: {1}", step.label(), implementation);
    lowering.add(implementation, () -> plan.execute(pack));
    return true;
  }

  private static ConvolutionGraph.Stage stage(Epilogue epilogue) {
    return switch (epilogue.op()) {
      case Add _ -> perChannel(cudnnPointwiseMode.CUDNN_POINTWISE_ADD, epilogue.operand());
      case Mul _ -> perChannel(cudnnPointwiseMode.CUDNN_POINTWISE_MUL, epilogue.operand());
      case LeakyRelu(double slope) ->
          new ConvolutionGraph.Stage(cudnnPointwiseMode.CUDNN_POINTWISE_RELU_FWD, slope, null);
      case Tanh _ -> elementwise(cudnnPointwiseMode.CUDNN_POINTWISE_TANH_FWD);
      case Sigmoid _ -> elementwise(cudnnPointwiseMode.CUDNN_POINTWISE_SIGMOID_FWD);
      default ->
          throw new ProgramException(
              "plan: %s is no epilogue; it is one of mul, add, leakyRelu, tanh, sigmoid."
                  .formatted(epilogue.op().name()));
    };
  }

  private static ConvolutionGraph.Stage perChannel(int mode, Buffer operand) {
    long channels = Binding.elements(operand);
    long[] dims = {1, channels, 1, 1};
    long[] strides = {channels, 1, channels, channels};
    return new ConvolutionGraph.Stage(
        mode, 0, new ConvolutionGraph.Strided(dims, strides, operand.format()));
  }

  private static ConvolutionGraph.Stage elementwise(int mode) {
    return new ConvolutionGraph.Stage(mode, 0, null);
  }

  /** The first operand, whose format the other one has. */
  private static Operand operand(
      ConvolutionGraph.Direction direction, Operand large, Operand small) {
    return switch (direction) {
      case FORWARD, WEIGHT -> large;
      case DATA -> small;
    };
  }

  private void direct(
      OpStep step,
      ConvolutionGraph.Direction direction,
      Operand large,
      Operand small,
      Operand weight,
      Window w,
      int groups) {
    Shape x = large.buffer().type().shape();
    Shape y = small.buffer().type().shape();
    Shape k = weight.buffer().type().shape();
    String kernel =
        switch (direction) {
          case FORWARD -> "conv_forward";
          case DATA -> "conv_data";
          case WEIGHT -> "conv_weight";
        };
    Launch.Arguments arguments =
        new Launch.Arguments()
            .struct(
                x.dim(0), x.dim(1), x.dim(2), x.dim(3),
                y.dim(1), y.dim(2), y.dim(3),
                k.dim(2), k.dim(3), groups,
                w.strideH(), w.strideW(), w.dilationH(), w.dilationW(), w.padTop(), w.padLeft(),
                half(large), half(small), half(weight))
            .longs(large.address(), small.address(), weight.address());
    long points = Binding.elements(step.output());
    boolean narrow = operand(direction, large, small).format() == Format.BFLOAT16;
    lowering.add(
        lowering.launch(kernel, points, BLOCK, arguments), narrow ? kernel + " bf16" : kernel);
  }

  private static int half(Operand operand) {
    return operand.format() == Format.BFLOAT16 ? 1 : 0;
  }

  private static ConvolutionGraph.Strided strided(Operand operand) {
    Shape s = operand.buffer().type().shape();
    return new ConvolutionGraph.Strided(
        new long[] {s.dim(0), s.dim(1), s.dim(2), s.dim(3)},
        ChannelOrder.strides(s, true),
        operand.format());
  }
}

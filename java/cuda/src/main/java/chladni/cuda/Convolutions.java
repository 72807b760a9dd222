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
import chladni.engine.plan.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import jcuda.jcudnn.cudnnPointwiseMode;

/**
 * Chooses how a convolution runs. The candidates are our tiled kernel, an engine of cuDNN and our
 * kernel that follows the definition, in this order where cuDNN is weak, else cuDNN first:
 *
 * <ul>
 *   <li>where memory bounds it: at most as many operations for each byte of its operands, dead taps
 *       left out, as the card's plain arithmetic does in the time of a byte. The units for
 *       matrices, which cuDNN uses and our kernel does not, gain nothing there. Such are pictures of
 *       a few pixels with many channels, few of them at once;
 *   <li>in FP32, where those units are out of the question, also with few channels on one side,
 *       which cuDNN pads.
 * </ul>
 *
 * <p>Before all of them comes an engine of cuDNN that also does what follows on the result, since
 * that spares a pass over it; unless ours comes first and the weights that it reads are larger than
 * that result. What was taken, and why another candidate was not, stands in the log.
 */
final class Convolutions {
  private static final System.Logger LOG = System.getLogger("chladni.cuda");

  private static final int BLOCK = 256;

  /** What moves one of the candidates, by its name in lower case, to the first place. */
  private static final String FIRST = "chladni.cuda.convolution";

  /** FLOP for each byte: 55 TFLOP/s of plain FP32 over 4.3 TB/s, an H200's. */
  private static final double BALANCE = 12.8;

  private static final int FEW_CHANNELS = 8;

  /** Indices of the tiled kernel have 32 bits. */
  private static final long NARROW = 1L << 31;

  private enum Candidate {
    TILED,
    CUDNN,
    DIRECT
  }


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
    List<Candidate> order = order(direction, large, small, weight, window);
    if (order.getFirst() == Candidate.DIRECT
        || order.getFirst() == Candidate.TILED
            && (isForced() || liveBytes(direction, large, small, weight, window)
                >= Binding.sizeOf(step.output()))) {
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
    for (Candidate candidate : order(direction, large, small, weight, window)) {
      boolean taken =
          switch (candidate) {
            case TILED -> tiled(step, direction, large, small, weight, window, groups);
            case CUDNN -> cudnn(step, direction, large, small, weight, window);
            case DIRECT -> direct(step, direction, large, small, weight, window, groups);
          };
      if (taken) {
        return;
      }
    }
  }

  private List<Candidate> order(
      ConvolutionGraph.Direction direction,
      Operand large,
      Operand small,
      Operand weight,
      Window w) {
    TiledConvolution tiled = tiling(direction, large, small, weight, w);
    long bytes =
        Binding.sizeOf(large.buffer())
            + Binding.sizeOf(small.buffer())
            + liveBytes(direction, large, small, weight, w);
    int channels =
        Math.min(large.buffer().type().shape().dim(1), small.buffer().type().shape().dim(1));
    boolean weak =
        tiled.flops() <= BALANCE * bytes
            || precision == Precision.FP32 && channels <= FEW_CHANNELS;
    List<Candidate> order = new ArrayList<>();
    String first = System.getProperty(FIRST);
    if (first != null) {
      order.add(Candidate.valueOf(first.toUpperCase(Locale.ROOT)));
    }
    order.addAll(
        weak
            ? List.of(Candidate.TILED, Candidate.CUDNN, Candidate.DIRECT)
            : List.of(Candidate.CUDNN, Candidate.TILED, Candidate.DIRECT));
    return order;
  }

  private static boolean isForced() {
    return System.getProperty(FIRST) != null;
  }

  /** Bytes of the weights whose taps are not dead. */
  private static long liveBytes(
      ConvolutionGraph.Direction direction,
      Operand large,
      Operand small,
      Operand weight,
      Window w) {
    TiledConvolution tiled = tiling(direction, large, small, weight, w);
    return Binding.sizeOf(weight.buffer()) * tiled.liveTaps() / tiled.taps();
  }

  private static TiledConvolution tiling(
      ConvolutionGraph.Direction direction,
      Operand large,
      Operand small,
      Operand weight,
      Window w) {
    return TiledConvolution.of(
        direction,
        large.buffer().type().shape(),
        small.buffer().type().shape(),
        weight.buffer().type().shape(),
        w);
  }

  private static void refused(OpStep step, String what, String reason) {
    LOG.log(System.Logger.Level.DEBUG, "{0}: {1} not taken: {2}", step.label(), what, reason);
  }

  private boolean tiled(
      OpStep step,
      ConvolutionGraph.Direction direction,
      Operand large,
      Operand small,
      Operand weight,
      Window w,
      int groups) {
    if (groups != 1) {
      refused(step, "tiled kernel", "it has no groups");
      return false;
    }
    for (Operand operand : List.of(large, small, weight)) {
      if (Binding.elements(operand.buffer()) >= NARROW) {
        refused(step, "tiled kernel", "an operand has 2^31 elements or more");
        return false;
      }
    }
    TiledConvolution tiled = tiling(direction, large, small, weight, w);
    Launch launch =
        tiled.launch(
            lowering,
            problem(large, small, weight, w, groups),
            large.address(),
            small.address(),
            weight.address());
    lowering.add(launch, named(tiled.name(), operand(direction, large, small)));
    return true;
  }

  /**
   * An engine whose result is as wide as the plan has it; else, for operands of 16 bits, one that
   * leaves 16 bits, which a pass of ours widens: cuDNN 9.24 has no other that is compiled ahead.
   */
  private boolean cudnn(
      OpStep step,
      ConvolutionGraph.Direction direction,
      Operand large,
      Operand small,
      Operand weight,
      Window window) {
    if (takes(step, direction, large, small, weight, window, List.of(), "")) {
      return true;
    }
    Operand result =
        switch (direction) {
          case FORWARD -> small;
          case DATA -> large;
          case WEIGHT -> weight;
        };
    if (result.format() == Format.BFLOAT16
        || operand(direction, large, small).format() == Format.SINGLE) {
      return false;
    }
    Buffer wide = result.buffer();
    Buffer buffer =
        Weights.beside(wide, wide.layout(), Format.BFLOAT16, new Place.Arena());
    Function<Operand, Operand> narrowed =
        o -> o == result ? new Operand(buffer, o.address(), o.pointer()) : o;
    Cudnn.Plan plan =
        plan(
            step,
            direction,
            narrowed.apply(large),
            narrowed.apply(small),
            narrowed.apply(weight),
            window,
            List.of(),
            " rounded");
    if (plan == null) {
      return false;
    }
    Operand narrow = lowering.temporary(buffer);
    LongStream sides =
        Stream.of(large, small, weight).mapToLong(o -> (o == result ? narrow : o).address());
    put(step, plan, sides, operand(direction, large, small), "");
    long n = Binding.elements(wide);
    Launch.Arguments widen = new Launch.Arguments().longs(narrow.address(), result.address(), n);
    lowering.add(lowering.launch("widen", n, BLOCK, widen));
    return true;
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
    Cudnn.Plan plan =
        plan(step, direction, large, small, weight, window, stages, names);
    if (plan == null) {
      return false;
    }
    LongStream sides = LongStream.of(large.address(), small.address(), weight.address());
    LongStream operands =
        stages.isEmpty()
            ? LongStream.empty()
            : step.epilogue().stream()
                .map(Epilogue::operand)
                .filter(Objects::nonNull)
                .mapToLong(b -> lowering.given(b).address());
    LongStream all = LongStream.concat(sides, operands);
    put(step, plan, all, operand(direction, large, small), names);
    return true;
  }

  /** The best plan of cuDNN's, or null; refusals go to the log. */
  private Cudnn.Plan plan(
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
      refused(step, "cuDNN engine " + r.engine() + names, r.reason());
    }
    return plan;
  }

  private void put(
      OpStep step, Cudnn.Plan plan, LongStream addresses, Operand operand, String names) {
    lowering.own(plan);
    long workspace = plan.workspaceBytes() == 0 ? 0 : lowering.scratch(plan.workspaceBytes());
    CudnnDescriptor pack = plan.pack(workspace, addresses.toArray());
    String implementation = lowering.tagged("cudnn engine " + plan.engine(), operand) + names;
    LOG.log(System.Logger.Level.DEBUG, "{0}: {1}", step.label(), implementation);
    lowering.add(implementation, () -> plan.execute(pack));
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

  private boolean direct(
      OpStep step,
      ConvolutionGraph.Direction direction,
      Operand large,
      Operand small,
      Operand weight,
      Window w,
      int groups) {
    String kernel =
        switch (direction) {
          case FORWARD -> "conv_forward";
          case DATA -> "conv_data";
          case WEIGHT -> "conv_weight";
        };
    Launch.Arguments arguments =
        problem(large, small, weight, w, groups)
            .longs(large.address(), small.address(), weight.address());
    long points = Binding.elements(step.output());
    lowering.add(
        lowering.launch(kernel, points, BLOCK, arguments),
        named(kernel, operand(direction, large, small)));
    return true;
  }

  /** Ours compute in FP32 whatever the precision, with operands as they are. */
  private static String named(String kernel, Operand operand) {
    return operand.format() == Format.BFLOAT16 ? kernel + " bf16" : kernel;
  }

  /** {@code struct Conv} of kernels/cuda/conv.cuh. */
  private static Launch.Arguments problem(
      Operand large, Operand small, Operand weight, Window w, int groups) {
    Shape x = large.buffer().type().shape();
    Shape y = small.buffer().type().shape();
    Shape k = weight.buffer().type().shape();
    return new Launch.Arguments()
        .struct(
            x.dim(0), x.dim(1), x.dim(2), x.dim(3),
            y.dim(1), y.dim(2), y.dim(3),
            k.dim(2), k.dim(3), groups,
            w.strideH(), w.strideW(), w.dilationH(), w.dilationW(), w.padTop(), w.padLeft(),
            half(large), half(small), half(weight));
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

package chladni.cuda;

import chladni.engine.backend.Precision;
import chladni.engine.backend.ProgramException;
import chladni.engine.graph.Add;
import chladni.engine.graph.LeakyRelu;
import chladni.engine.graph.Mul;
import chladni.engine.graph.Sigmoid;
import chladni.engine.graph.Tanh;
import chladni.engine.plan.Buffer;
import chladni.engine.plan.Epilogue;
import chladni.engine.plan.Format;
import chladni.engine.plan.OpStep;
import chladni.engine.plan.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import jcuda.jcudnn.cudnnPointwiseMode;

/**
 * Chooses how a convolution runs. The candidates are our tiled kernel, an engine of cuDNN and our
 * kernel that follows the definition, in this order where cuDNN is weak, else cuDNN first:
 *
 * <ul>
 *   <li>where memory bounds it: at most as many operations for each byte of its operands, dead taps
 *       left out, as the card's plain arithmetic does in the time of a byte. The units for
 *       matrices, which cuDNN uses and our kernel does not, gain nothing there. Such are pictures
 *       of a few pixels with many channels, few of them at once;
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
   * With its epilogue in the same kernel; false where no engine of cuDNN does that. The result is
   * where the epilogue leaves it.
   */
  boolean lowerFused(OpStep step, Convolution c) {
    if (step.epilogue().isEmpty()) {
      return false;
    }
    Candidate first = order(c).getFirst();
    boolean weighsMore = c.liveBytes() >= Binding.sizeOf(step.output());
    if (first == Candidate.DIRECT
        || first == Candidate.TILED && (isForced() || weighsMore)) {
      return false;
    }
    List<ConvolutionGraph.Stage> stages =
        step.epilogue().stream().map(Convolutions::stage).toList();
    String names =
        step.epilogue().stream().map(e -> " + " + e.op().name()).collect(Collectors.joining());
    return takes(step, c, stages, names);
  }

  void lower(OpStep step, Convolution c) {
    for (Candidate candidate : order(c)) {
      boolean taken =
          switch (candidate) {
            case TILED -> tiled(step, c);
            case CUDNN -> takes(step, c, List.of(), "") || takesRounded(step, c);
            case DIRECT -> direct(step, c);
          };
      if (taken) {
        return;
      }
    }
  }

  private List<Candidate> order(Convolution c) {
    boolean weak =
        c.tiled().flops() <= BALANCE * c.bytes()
            || precision == Precision.FP32 && c.channels() <= FEW_CHANNELS;
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

  private static void refused(OpStep step, String what, String reason) {
    LOG.log(System.Logger.Level.DEBUG, "{0}: {1} not taken: {2}", step.label(), what, reason);
  }

  private boolean tiled(OpStep step, Convolution c) {
    if (c.groups() != 1) {
      refused(step, "tiled kernel", "it has no groups");
      return false;
    }
    if (c.largest() >= NARROW) {
      refused(step, "tiled kernel", "an operand has 2^31 elements or more");
      return false;
    }
    TiledConvolution tiled = c.tiled();
    lowering.addLaunch(named(tiled.name(), c), tiled.launch(lowering, c));
    return true;
  }

  /** Whether an engine of cuDNN takes it, which is then a part of the step. */
  private boolean takes(
      OpStep step, Convolution c, List<ConvolutionGraph.Stage> stages, String names) {
    Cudnn.Plan plan = plan(step, c, stages, names);
    if (plan == null) {
      return false;
    }
    Stream<Operand> operands =
        stages.isEmpty()
            ? Stream.empty()
            : step.epilogue().stream()
                .map(Epilogue::operand)
                .filter(Objects::nonNull)
                .map(lowering::given);
    put(step, plan, c, Stream.concat(c.sides().stream(), operands).toList(), names);
    return true;
  }

  /**
   * For operands of 16 bits whose result the plan has in 32: an engine that leaves it in 16, which
   * a pass of ours widens. Asked without a card, cuDNN 9.24 had no other.
   */
  private boolean takesRounded(OpStep step, Convolution c) {
    Operand result = c.result();
    if (c.operand().format() == Format.SINGLE || result.format() == Format.BFLOAT16) {
      return false;
    }
    Buffer wide = result.buffer();
    Buffer narrow = Weights.beside(wide, wide.layout(), Format.BFLOAT16, new Place.Arena());
    // Its memory is taken once there is a plan.
    Operand planned = new Operand(narrow, result.where());
    Cudnn.Plan plan = plan(step, c.to(planned), List.of(), " rounded");
    if (plan == null) {
      return false;
    }
    Convolution rounded = c.to(lowering.temporary(narrow));
    put(step, plan, rounded, rounded.sides(), "");
    long n = Binding.elements(wide);
    lowering.addLaunch(
        "widen",
        () ->
            lowering.launch(
                "widen",
                n,
                BLOCK,
                new Launch.Arguments().longs(rounded.result().address(), result.address(), n)));
    return true;
  }

  /** The best plan of cuDNN's, or null; refusals go to the log. */
  private Cudnn.Plan plan(
      OpStep step, Convolution c, List<ConvolutionGraph.Stage> stages, String names) {
    List<Cudnn.Refusal> refusals = new ArrayList<>();
    Cudnn.Plan plan = cudnn.plan(c.problem(stages), precision, refusals);
    for (Cudnn.Refusal r : refusals) {
      refused(step, "cuDNN engine " + r.engine() + names, r.reason());
    }
    return plan;
  }

  private void put(
      OpStep step, Cudnn.Plan plan, Convolution c, List<Operand> tensors, String names) {
    lowering.own(plan);
    LongSupplier workspace =
        plan.workspaceBytes() == 0 ? () -> 0 : lowering.scratch(plan.workspaceBytes());
    String implementation =
        lowering.tagged("cudnn engine " + plan.engine(), c.operand()) + names;
    LOG.log(System.Logger.Level.DEBUG, "{0}: {1}", step.label(), implementation);
    lowering.addWork(
        implementation,
        () -> {
          long[] addresses = tensors.stream().mapToLong(Operand::address).toArray();
          CudnnDescriptor pack = plan.pack(workspace.getAsLong(), addresses);
          return () -> plan.execute(pack);
        });
  }

  private boolean direct(OpStep step, Convolution c) {
    String kernel =
        switch (c.direction()) {
          case FORWARD -> "conv_forward";
          case DATA -> "conv_data";
          case WEIGHT -> "conv_weight";
        };
    long points = Binding.elements(step.output());
    lowering.addLaunch(
        named(kernel, c),
        () ->
            lowering.launch(
                kernel, points, BLOCK, c.arguments().longs(c.addresses().toArray())));
    return true;
  }

  /** Ours compute in FP32 whatever the precision, with operands as they are. */
  private static String named(String kernel, Convolution c) {
    return c.operand().format() == Format.BFLOAT16 ? kernel + " bf16" : kernel;
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
}

package chladni.cuda;

import chladni.cuda.ConvolutionWay.Candidate;
import chladni.engine.backend.Precision;
import chladni.engine.backend.ProgramException;
import chladni.engine.plan.OpStep;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Chooses how a convolution runs: as it was chosen before for the same problem, else, where tuning
 * is asked for, as is fastest, else in the first way that can do it. Engines of cuDNN come before
 * our kernels, those first that also do what follows on the result; but our tiled kernel comes
 * first where cuDNN is weak:
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
 * <p>Even there, an engine that spares the pass over the result comes before it, unless the weights
 * that it reads are larger than that result. What was taken, and why another way was not, stands in
 * the log.
 */
final class Convolutions {
  private static final System.Logger LOG = System.getLogger("chladni.cuda");

  /**
   * What moves the ways whose names begin so to the front: an experiment, which no choice stands
   * against and no later run learns of.
   */
  private static final String FIRST = "chladni.cuda.convolution";

  /** FLOP for each byte: 55 TFLOP/s of plain FP32 over 4.3 TB/s, an H200's. */
  private static final double BALANCE = 12.8;

  private static final int FEW_CHANNELS = 8;

  /** How many plans of cuDNN are tried in one way: to make one may take a second. */
  private static final int MOST = 4;

  private final CudaLowering lowering;
  private final FusedLaunches fused;
  private final Precision precision;
  private final Choices choices;
  private final Trials trials;

  private final ConvolutionWay engineAndEpilogue;
  private final ConvolutionWay engine;
  private final ConvolutionWay rounding;
  private final ConvolutionWay summing;
  private final ConvolutionWay parity;
  private final ConvolutionWay tiled = new KernelWays.Tiled();
  private final ConvolutionWay direct = new KernelWays.Direct();

  Convolutions(CudaLowering lowering, FusedLaunches fused, Device device, Precision precision) {
    this.lowering = lowering;
    this.fused = fused;
    this.precision = precision;
    this.choices = device.choices();
    this.trials = new Trials(device);
    CudnnWays ways = new CudnnWays(device.cudnn(), precision);
    engineAndEpilogue = ways.fused();
    engine = ways.plain();
    rounding = ways.rounded();
    summing = ways.sums();
    parity = ways.parity();
  }

  /** Adds the convolution and what follows on it to the step. */
  void lower(OpStep step, Convolution c) {
    ConvolutionTask task = new ConvolutionTask(lowering, fused, step, c, lowering.sums());
    String problem =
        "%s, %s: %s".formatted(choices.machine(), precision, task.problem());
    Candidate chosen = choose(task, problem, order(task));
    String name = chosen.name();
    LOG.log(System.Logger.Level.DEBUG, "{0}: {1}", step.label(), name);
    lowering.chose(problem, name);
    lowering.own(chosen);
    chosen.add(task);
    if (chosen.sums()) {
      lowering.takeSums();
    }
  }

  private Candidate choose(ConvolutionTask task, String problem, List<ConvolutionWay> ways) {
    if (forced().isPresent()) {
      return first(task, ways);
    }
    String among = ways.stream().map(ConvolutionWay::name).collect(Collectors.joining(" "));
    Optional<Choice> adopted = choices.adopted(problem, among);
    Candidate again = adopted.map(choice -> again(task, ways, choice)).orElse(null);
    if (again != null) {
      choices.adopted(problem, again.choice());
      return again;
    }
    adopted.ifPresent(
        choice -> lost(task, choice, "The run goes on, but not bit for bit as before."));
    Optional<Choices.Known> known = choices.known(problem, among);
    again = known.map(k -> again(task, ways, k.choice())).orElse(null);
    if (again != null) {
      // With its plan, where that was not there or is not taken any more.
      choices.keep(problem, among, new Choices.Known(again.choice(), known.get().tuned()));
      return again;
    }
    known.ifPresent(k -> lost(task, k.choice(), "Another is kept in its place."));
    boolean tunes = choices.tunes() && Trials.mayRun(task);
    Candidate chosen = tunes ? fastest(task, ways) : first(task, ways);
    choices.keep(problem, among, new Choices.Known(chosen.choice(), tunes));
    return chosen;
  }

  /** Null where this version or this library does not have it. */
  private static Candidate again(ConvolutionTask task, List<ConvolutionWay> ways, Choice choice) {
    return ways.stream()
        .filter(way -> way.name().equals(choice.way()))
        .map(way -> way.again(task, choice))
        .filter(Objects::nonNull)
        .findFirst()
        .orElse(null);
  }

  private static void lost(ConvolutionTask task, Choice choice, String consequence) {
    LOG.log(
        System.Logger.Level.WARNING,
        "{0}: ''{1}'' was chosen before and cannot be had now. {2}",
        task.step().label(),
        choice.name(),
        consequence);
  }

  private static Candidate first(ConvolutionTask task, List<ConvolutionWay> ways) {
    return ways.stream()
        .flatMap(way -> way.candidates(task, 1).stream())
        .findFirst()
        .orElseThrow();
  }

  private Candidate fastest(ConvolutionTask task, List<ConvolutionWay> ways) {
    List<Candidate> all =
        ways.stream().flatMap(way -> way.candidates(task, MOST).stream()).toList();
    Candidate fastest = trials.fastest(task, all);
    all.stream().filter(c -> c != fastest).forEach(Candidate::close);
    return fastest;
  }

  /** All ways, the preferred ones first. The last of them does every convolution. */
  private List<ConvolutionWay> order(ConvolutionTask task) {
    Convolution c = task.convolution();
    boolean weak =
        c.tiled().flops() <= BALANCE * c.bytes()
            || precision == Precision.FP32 && c.channels() <= FEW_CHANNELS;
    boolean weighsMore = c.liveBytes() >= Binding.sizeOf(c.result().buffer());
    List<ConvolutionWay> order =
        !weak
            ? List.of(engineAndEpilogue, engine, rounding, summing, parity, tiled, direct)
            : weighsMore
                ? List.of(tiled, engineAndEpilogue, engine, rounding, summing, parity, direct)
                : List.of(engineAndEpilogue, tiled, engine, rounding, summing, parity, direct);
    return forced().map(first -> moved(order, first)).orElse(order);
  }

  private static Optional<String> forced() {
    return Optional.ofNullable(System.getProperty(FIRST));
  }

  private static List<ConvolutionWay> moved(List<ConvolutionWay> order, String first) {
    List<ConvolutionWay> front = order.stream().filter(w -> w.name().startsWith(first)).toList();
    if (front.isEmpty()) {
      throw new ProgramException(
          "%s: it is the beginning of a way's name, got '%s'. Ways are %s."
              .formatted(FIRST, first, order.stream().map(ConvolutionWay::name).toList()));
    }
    return Stream.concat(front.stream(), order.stream().filter(w -> !front.contains(w))).toList();
  }
}

package chladni.cuda;

import chladni.engine.backend.Precision;
import chladni.engine.graph.Shape;
import chladni.engine.graph.Window;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * The transpose of a convolution with strides by an engine of cuDNN for each class of pixels, where
 * it becomes one without. Asked without a card, cuDNN 9.24 had kernels for Hopper's units for these
 * that also do what follows, and none for the whole. cuDNN takes no weight with gaps, so a pass of
 * ours copies the taps of each class together: it reads and writes the weight once.
 */
final class ParityWay implements ConvolutionWay {
  private static final int BLOCK = 256;

  /** Bytes that the copying kernel moves at a time, and at which cuDNN's tensors are aligned. */
  private static final int CHUNK = 16;

  /** Between the engines of the parts. */
  private static final String SEPARATOR = "/";

  private final Cudnn cudnn;
  private final Precision precision;

  ParityWay(Cudnn cudnn, Precision precision) {
    this.cudnn = cudnn;
    this.precision = precision;
  }

  @Override
  public String name() {
    return "parity";
  }

  /** What does one part, best first. */
  private interface Plans {
    List<Cudnn.Plan> of(ParityConvolution.Part part, int number);
  }

  @Override
  public List<Candidate> candidates(ConvolutionTask task, int most) {
    Window window = task.convolution().window();
    int each = Math.ceilDiv(most, window.strideH() * window.strideW());
    return candidates(task, (part, _) -> plans(task, part, _ -> true, each));
  }

  @Override
  public Candidate again(ConvolutionTask task, Choice choice) {
    String[] engines = choice.engine().split(SEPARATOR);
    String[] texts = choice.plan().split("\n");
    Plans same =
        (part, i) -> {
          if (i >= engines.length) {
            return List.of();
          }
          Cudnn.Plan plan = i < texts.length ? cudnn.again(engines[i], texts[i]) : null;
          return plan != null ? List.of(plan) : plans(task, part, engines[i]::equals, 1);
        };
    List<Candidate> found = candidates(task, same);
    return found.isEmpty() ? null : found.getFirst();
  }

  private List<Candidate> candidates(ConvolutionTask task, Plans each) {
    Convolution c = task.convolution();
    if (c.direction() != ConvolutionGraph.Direction.DATA
        || c.window().strideH() * c.window().strideW() == 1) {
      return List.of();
    }
    ParityConvolution parity = ParityConvolution.of(c);
    String refusal =
        pixelBytes(c.large()) % CHUNK != 0 || pixelBytes(c.weight()) % CHUNK != 0
            ? "the channels of a pixel or a tap are no multiple of 16 bytes"
            : parity.refusal();
    if (refusal != null) {
      task.refused(name(), refusal);
      return List.of();
    }
    List<List<Cudnn.Plan>> plans = new ArrayList<>();
    for (ParityConvolution.Part part : parity.parts()) {
      plans.add(each.of(part, plans.size()));
    }
    int all = plans.stream().mapToInt(List::size).min().orElseThrow();
    plans.forEach(l -> l.subList(all, l.size()).forEach(Cudnn.Plan::close));
    return IntStream.range(0, all)
        .mapToObj(i -> candidate(parity, plans.stream().map(l -> l.get(i)).toList()))
        .toList();
  }

  private static long pixelBytes(Operand operand) {
    return (long) operand.buffer().type().shape().dim(1) * operand.format().bytes();
  }

  private List<Cudnn.Plan> plans(
      ConvolutionTask task, ParityConvolution.Part part, Predicate<String> wanted, int most) {
    Convolution c = task.convolution();
    // Engines compiled ahead write elsewhere first and copy from there.
    List<ConvolutionGraph.Stage> stages = CudnnWays.atLeastIdentity(task);
    List<Cudnn.Refusal> refusals = new ArrayList<>();
    List<Cudnn.Plan> plans =
        cudnn.plans(
            part.problem(c, c.result().format(), stages), precision, wanted, most, refusals);
    for (Cudnn.Refusal r : refusals) {
      task.refused(name() + " by cuDNN engine " + r.engine(), r.reason());
    }
    return plans;
  }

  private Candidate candidate(ParityConvolution parity, List<Cudnn.Plan> plans) {
    return new Candidate() {
      @Override
      public String name() {
        return plans.stream()
            .map(Cudnn.Plan::engine)
            .collect(Collectors.joining(SEPARATOR, ParityWay.this.name() + " ", ""));
      }

      @Override
      public Choice choice() {
        // No plan has a line's end in its text.
        return new Choice(
            name(), plans.stream().map(Cudnn.Plan::text).collect(Collectors.joining("\n")));
      }

      @Override
      public void add(ConvolutionTask task) {
        ParityWay.add(task, parity, plans);
      }

      @Override
      public void close() {
        plans.forEach(Cudnn.Plan::close);
      }
    };
  }

  private static void add(
      ConvolutionTask task, ParityConvolution parity, List<Cudnn.Plan> plans) {
    CudaLowering lowering = task.lowering();
    Convolution c = task.convolution();
    Shape weight = c.weight().buffer().type().shape();
    long tapBytes = weight.dim(0) * pixelBytes(c.weight());
    LongSupplier apart = lowering.scratch(parity.taps() * tapBytes);
    long table = lowering.table(parity.table());
    lowering.addLaunch(
        "conv_parity",
        () ->
            lowering.launch(
                "conv_parity",
                parity.taps() * tapBytes / CHUNK,
                BLOCK,
                new Launch.Arguments()
                    .longs(table, c.weight().address(), apart.getAsLong())
                    .ints(
                        c.window().strideH() * c.window().strideW(),
                        weight.dim(0),
                        weight.dim(2) * weight.dim(3),
                        Math.toIntExact(pixelBytes(c.weight()) / CHUNK))));

    long most = plans.stream().mapToLong(Cudnn.Plan::workspaceBytes).max().orElseThrow();
    LongSupplier workspace = most == 0 ? () -> 0 : lowering.scratch(most);
    List<Operand> operands = CudnnWays.operands(task).toList();
    lowering.addWork(
        implementation(task, plans),
        () -> {
          List<Runnable> runs = new ArrayList<>();
          for (int i = 0; i < plans.size(); i++) {
            Cudnn.Plan plan = plans.get(i);
            ParityConvolution.Part part = parity.parts().get(i);
            LongStream sides =
                LongStream.of(
                    c.large().address()
                        + part.offset(c.large().buffer().type().shape())
                            * c.large().format().bytes(),
                    c.small().address(),
                    apart.getAsLong() + part.firstTap() * tapBytes);
            CudnnDescriptor pack =
                plan.pack(
                    workspace.getAsLong(),
                    LongStream.concat(sides, operands.stream().mapToLong(Operand::address))
                        .toArray());
            runs.add(() -> plan.execute(pack));
          }
          return () -> runs.forEach(Runnable::run);
        });
  }

  private static String implementation(ConvolutionTask task, List<Cudnn.Plan> plans) {
    String engines =
        plans.stream().map(Cudnn.Plan::engine).distinct().collect(Collectors.joining(SEPARATOR));
    return "%s in %d parts%s"
        .formatted(
            task.lowering().tagged("cudnn engine " + engines, task.convolution().operand()),
            plans.size(),
            CudnnWays.names(task));
  }
}

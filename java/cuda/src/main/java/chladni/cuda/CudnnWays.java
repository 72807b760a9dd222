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
import chladni.engine.plan.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import jcuda.jcudnn.cudnnPointwiseMode;

/** What cuDNN's engines do, and what ours do around them. */
final class CudnnWays {
  private static final int BLOCK = 256;

  private final Cudnn cudnn;
  private final Precision precision;

  CudnnWays(Cudnn cudnn, Precision precision) {
    this.cudnn = cudnn;
    this.precision = precision;
  }

  /** A way whose work is a plan of cuDNN's. */
  private abstract class Way implements ConvolutionWay {
    private final String name;

    Way(String name) {
      this.name = name;
    }

    @Override
    public String name() {
      return name;
    }

    /** What cuDNN is asked for; null where this is no way. */
    abstract ConvolutionGraph.Problem problem(ConvolutionTask task);

    /** What the log and the listing call it, behind the engine. */
    String suffix(ConvolutionTask task) {
      return "";
    }

    /** Whether it makes the sums behind the task, too. */
    boolean sums() {
      return false;
    }

    abstract void add(ConvolutionTask task, Cudnn.Plan plan);

    @Override
    public List<Candidate> candidates(ConvolutionTask task, int most) {
      return candidates(task, _ -> true, most);
    }

    @Override
    public Candidate again(ConvolutionTask task, Choice choice) {
      Cudnn.Plan plan = cudnn.again(choice.engine(), choice.plan());
      if (plan != null) {
        return candidate(plan);
      }
      List<Candidate> found = candidates(task, choice.engine()::equals, 1);
      return found.isEmpty() ? null : found.getFirst();
    }

    private List<Candidate> candidates(ConvolutionTask task, Predicate<String> wanted, int most) {
      ConvolutionGraph.Problem problem = problem(task);
      if (problem == null) {
        return List.of();
      }
      List<Cudnn.Refusal> refusals = new ArrayList<>();
      List<Cudnn.Plan> plans = cudnn.plans(problem, precision, wanted, most, refusals);
      for (Cudnn.Refusal r : refusals) {
        task.refused("cuDNN engine " + r.engine() + suffix(task), r.reason());
      }
      return plans.stream().map(this::candidate).toList();
    }

    private Candidate candidate(Cudnn.Plan plan) {
      return new Candidate() {
        @Override
        public String name() {
          return name + " " + plan.engine();
        }

        @Override
        public Choice choice() {
          return new Choice(name(), plan.text());
        }

        @Override
        public boolean sums() {
          return Way.this.sums();
        }

        @Override
        public void add(ConvolutionTask task) {
          Way.this.add(task, plan);
        }

        @Override
        public void close() {
          plan.close();
        }
      };
    }
  }

  /** An engine that also does what follows on the result, which spares a pass over it. */
  ConvolutionWay fused() {
    return new Way("cudnn+epilogue") {
      @Override
      ConvolutionGraph.Problem problem(ConvolutionTask task) {
        Convolution c = task.convolution();
        return task.hasEpilogue() ? c.problem(c.result().format(), stages(task)) : null;
      }

      @Override
      String suffix(ConvolutionTask task) {
        return names(task);
      }

      @Override
      void add(ConvolutionTask task, Cudnn.Plan plan) {
        Convolution c = task.convolution();
        List<Operand> tensors = Stream.concat(c.sides().stream(), operands(task)).toList();
        put(task, plan, c, tensors, suffix(task));
      }
    };
  }

  /**
   * An engine that also makes the sums behind the task. Asked without a card, cuDNN 9.24 had one
   * that sums in a fixed order, forward and transposed: on Ampere's units, so that it need not be
   * faster on Hopper than another and a pass for the sums.
   */
  ConvolutionWay sums() {
    return new Way("cudnn+sums") {
      @Override
      ConvolutionGraph.Problem problem(ConvolutionTask task) {
        Convolution c = task.convolution();
        return task.sums() == null
            ? null
            : c.problem(c.result().format(), atLeastIdentity(task)).withSums();
      }

      @Override
      String suffix(ConvolutionTask task) {
        return names(task) + " + sums";
      }

      @Override
      boolean sums() {
        return true;
      }

      @Override
      void add(ConvolutionTask task, Cudnn.Plan plan) {
        Convolution c = task.convolution();
        Operand sums = task.lowering().given(task.sums().writesTo().getFirst().to().buffer());
        List<Operand> tensors =
            Stream.of(c.sides().stream(), operands(task), Stream.of(sums))
                .flatMap(s -> s)
                .toList();
        put(task, plan, c, tensors, suffix(task));
      }
    };
  }

  /** An engine for the convolution alone. */
  ConvolutionWay plain() {
    return new Way("cudnn") {
      @Override
      ConvolutionGraph.Problem problem(ConvolutionTask task) {
        // Only engines that do more than the convolution widen: see Stage.IDENTITY.
        List<ConvolutionGraph.Stage> stages =
            widens(task) ? List.of(ConvolutionGraph.Stage.IDENTITY) : List.of();
        return task.convolution().problem(task.productFormat(), stages);
      }

      @Override
      void add(ConvolutionTask task, Cudnn.Plan plan) {
        task.inPasses(alone -> put(task, plan, alone, alone.sides(), ""));
      }
    };
  }

  /**
   * For operands of 16 bits whose result the plan has in 32: an engine that leaves it in 16, which
   * a pass of ours widens. Engines that cuDNN has compiled ahead do no better.
   */
  ConvolutionWay rounded() {
    return new Way("cudnn+widen") {
      @Override
      ConvolutionGraph.Problem problem(ConvolutionTask task) {
        return widens(task) ? task.convolution().problem(Format.BFLOAT16, List.of()) : null;
      }

      @Override
      String suffix(ConvolutionTask task) {
        return " rounded";
      }

      @Override
      void add(ConvolutionTask task, Cudnn.Plan plan) {
        task.inPasses(alone -> addWidened(task, plan, alone));
      }
    };
  }

  private static boolean widens(ConvolutionTask task) {
    return task.convolution().operand().format() == Format.BFLOAT16
        && task.productFormat() == Format.SINGLE;
  }

  private void addWidened(ConvolutionTask task, Cudnn.Plan plan, Convolution c) {
    CudaLowering lowering = task.lowering();
    Buffer wide = c.result().buffer();
    Buffer narrow = Weights.beside(wide, wide.layout(), Format.BFLOAT16, new Place.Arena());
    Convolution rounded = c.to(lowering.temporary(narrow));
    put(task, plan, rounded, rounded.sides(), "");
    long n = Binding.elements(wide);
    lowering.addLaunch(
        "widen",
        () ->
            lowering.launch(
                "widen",
                n,
                BLOCK,
                new Launch.Arguments()
                    .longs(rounded.result().address(), c.result().address(), n)));
  }

  private static void put(
      ConvolutionTask task, Cudnn.Plan plan, Convolution c, List<Operand> tensors, String names) {
    CudaLowering lowering = task.lowering();
    LongSupplier workspace =
        plan.workspaceBytes() == 0 ? () -> 0 : lowering.scratch(plan.workspaceBytes());
    String implementation = lowering.tagged("cudnn engine " + plan.engine(), c.operand()) + names;
    lowering.addWork(
        implementation,
        () -> {
          long[] addresses = tensors.stream().mapToLong(Operand::address).toArray();
          CudnnDescriptor pack = plan.pack(workspace.getAsLong(), addresses);
          return () -> plan.execute(pack);
        });
  }

  /** The same by parts that are convolutions without strides. */
  ConvolutionWay parity() {
    return new ParityWay(cudnn, precision);
  }

  /** What follows on the result of the task. */
  static List<ConvolutionGraph.Stage> stages(ConvolutionTask task) {
    return task.step().epilogue().stream().map(CudnnWays::stage).toList();
  }

  /** The same, for engines that are compiled for what follows: see Stage.IDENTITY. */
  static List<ConvolutionGraph.Stage> atLeastIdentity(ConvolutionTask task) {
    return task.hasEpilogue() ? stages(task) : List.of(ConvolutionGraph.Stage.IDENTITY);
  }

  /** What it takes. */
  static Stream<Operand> operands(ConvolutionTask task) {
    return task.step().epilogue().stream()
        .map(Epilogue::operand)
        .filter(Objects::nonNull)
        .map(task.lowering()::given);
  }

  /** As the log and the listing have it. */
  static String names(ConvolutionTask task) {
    return task.step().epilogue().stream()
        .map(e -> " + " + e.op().name())
        .collect(Collectors.joining());
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
    return new ConvolutionGraph.Stage(
        mode,
        0,
        ConvolutionGraph.Strided.perChannel(Binding.elements(operand), operand.format()));
  }

  private static ConvolutionGraph.Stage elementwise(int mode) {
    return new ConvolutionGraph.Stage(mode, 0, null);
  }
}

package chladni.cuda;

import static jcuda.jcudnn.cudnnBackendAttributeName.*;
import static jcuda.jcudnn.cudnnBackendDescriptorType.*;
import static jcuda.jcudnn.cudnnBackendNumericalNote.*;

import chladni.engine.backend.MissingBackendException;
import chladni.engine.backend.Precision;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import jcuda.jcudnn.JCudnn;
import jcuda.jcudnn.cudnnBackendAttributeType;
import jcuda.jcudnn.cudnnHandle;
import jcuda.runtime.cudaStream_t;

/**
 * Convolutions by cuDNN's backend (graph) API. For each one the library's heuristics name engines;
 * the first that is deterministic, rounds no more than the precision allows and whose plan can be
 * made is taken, and the others are remembered with the reason why not.
 */
final class Cudnn implements AutoCloseable {
  /** CUDNN_HEUR_MODE_A and _FALLBACK, which the Java constants are too old to know. */
  private static final List<Integer> HEURISTICS = List.of(3, 2);

  /** CUDNN_ATTR_EXECUTION_PLAN_JSON_REPRESENTATION, likewise. */
  private static final int PLAN_TEXT = 405;

  /** More than there are knobs. */
  private static final int KNOBS = 64;

  /** What an engine does that no precision allows. */
  private static final Map<Integer, String> BANNED =
      Map.of(
          CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC, "it is not deterministic",
          CUDNN_NUMERICAL_NOTE_DOWN_CONVERT_INPUTS, "it takes its operands in 16 bits",
          CUDNN_NUMERICAL_NOTE_REDUCED_PRECISION_REDUCTION, "it sums in less than 32 bits");

  /** A handle whose address can be asked for. */
  private static final class Handle extends cudnnHandle {
    long address() {
      return getNativePointer();
    }
  }

  private final Handle handle = new Handle();
  private final CudnnDescriptor.Values values;

  /**
   * @throws MissingBackendException when the library is not there
   */
  Cudnn(Driver driver) {
    JCudnn.setExceptionsEnabled(false);
    try {
      check(JCudnn.cudnnCreate(handle), "cudnnCreate");
    } catch (LinkageError e) {
      throw new MissingBackendException(
          "cuda: cuDNN does not load: %s. Install cuDNN 9 or name its folder in CHLADNI_CUDA_LIB."
              .formatted(e),
          e);
    }
    check(JCudnn.cudnnSetStream(handle, new cudaStream_t(driver.stream().handle())), "cudnnSetStream");
    values = new CudnnDescriptor.Values(driver);
  }

  /** Such as 92400 for 9.24. */
  static long version() {
    return JCudnn.cudnnGetVersion();
  }

  /** What was tried and why it was not taken. */
  record Refusal(String engine, String reason) {}

  /** What the plans of one problem share; freed with the last of them. */
  private static final class Shared {
    private final List<CudnnDescriptor> descriptors = new ArrayList<>();
    private int users;

    private void release() {
      if (users == 0) {
        descriptors.forEach(CudnnDescriptor::close);
      }
    }
  }

  /** A plan that can be run on tensors anywhere. */
  final class Plan implements AutoCloseable {
    private final Shared shared;
    private final List<CudnnDescriptor> packs = new ArrayList<>();
    private final CudnnDescriptor plan;
    private final String engine;
    private final long workspace;

    private Plan(Shared shared, CudnnDescriptor plan, String engine) {
      this.shared = shared;
      this.plan = plan;
      this.engine = engine;
      this.workspace = plan.getLong(CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE);
      shared.users++;
    }

    /** Its engine with the knobs, which together decide what it computes. */
    String engine() {
      return engine;
    }

    /** From which it can be made {@link #again}; empty where it cannot. */
    String text() {
      return plan.getText(PLAN_TEXT);
    }

    long workspaceBytes() {
      return workspace;
    }

    /**
     * The arguments of runs at these addresses; lives as long as the plan.
     *
     * @param tensors of the larger and the smaller side, the weight, and what the stages take
     */
    CudnnDescriptor pack(long workspaceAddress, long... tensors) {
      CudnnDescriptor pack = new CudnnDescriptor(values, CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR);
      packs.add(pack);
      int type = cudnnBackendAttributeType.CUDNN_TYPE_VOID_PTR;
      return pack.longs(
              CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS, ConvolutionGraph.ids(tensors.length))
          .addresses(CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, type, tensors)
          .addresses(CUDNN_ATTR_VARIANT_PACK_WORKSPACE, type, workspaceAddress)
          .finish();
    }

    /** Puts a run on the stream. */
    void execute(CudnnDescriptor pack) {
      check(
          JCudnn.cudnnBackendExecute(handle, plan.handle(), pack.handle()),
          "cudnnBackendExecute, engine " + engine);
    }

    @Override
    public void close() {
      packs.forEach(CudnnDescriptor::close);
      plan.close();
      shared.users--;
      shared.release();
    }
  }

  /**
   * Plans that keep our promises, best first.
   *
   * @param wanted which engines, by what {@link Plan#engine} says
   * @param most how many at most
   * @param refusals gets what was not taken
   */
  List<Plan> plans(
      ConvolutionGraph.Problem p,
      Precision precision,
      Predicate<String> wanted,
      int most,
      List<Refusal> refusals) {
    Shared shared = new Shared();
    List<Plan> plans = new ArrayList<>();
    try {
      CudnnDescriptor graph =
          new ConvolutionGraph(values, handle.address(), shared.descriptors).of(p);
      for (int mode : HEURISTICS) {
        for (CudnnDescriptor configuration : configurations(graph, mode, shared.descriptors)) {
          if (plans.size() < most) {
            Plan plan = plan(configuration, precision, wanted, shared, refusals);
            if (plan != null) {
              plans.add(plan);
            }
          }
        }
        if (plans.size() == most) {
          break;
        }
      }
    } catch (CudaException e) {
      refusals.add(new Refusal("", e.getMessage()));
    }
    shared.release();
    return plans;
  }

  private List<CudnnDescriptor> configurations(
      CudnnDescriptor graph, int mode, List<CudnnDescriptor> owned) {
    CudnnDescriptor heuristics =
        own(owned, CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR)
            .descriptor(CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, graph)
            .choice(
                CUDNN_ATTR_ENGINEHEUR_MODE,
                cudnnBackendAttributeType.CUDNN_TYPE_HEUR_MODE,
                mode)
            .finish();
    List<CudnnDescriptor> configurations =
        heuristics.getDescriptors(
            CUDNN_ATTR_ENGINEHEUR_RESULTS, CUDNN_BACKEND_ENGINECFG_DESCRIPTOR);
    owned.addAll(configurations);
    return configurations;
  }

  /** Why an engine with these notes may not be taken; null where it may. */
  private static String banned(List<Integer> notes, Precision precision) {
    // Tensor cores take 32-bit operands rounded to TF32.
    if (precision == Precision.FP32 && notes.contains(CUDNN_NUMERICAL_NOTE_TENSOR_CORE)) {
      return "it rounds its operands to TF32";
    }
    return notes.stream().map(BANNED::get).filter(Objects::nonNull).findFirst().orElse(null);
  }

  private Plan plan(
      CudnnDescriptor configuration,
      Precision precision,
      Predicate<String> wanted,
      Shared shared,
      List<Refusal> refusals) {
    String name;
    try (CudnnDescriptor engine =
        configuration.getDescriptor(
            CUDNN_ATTR_ENGINECFG_ENGINE, CUDNN_BACKEND_ENGINE_DESCRIPTOR)) {
      name = engine.getLong(CUDNN_ATTR_ENGINE_GLOBAL_INDEX) + knobs(configuration);
      if (!wanted.test(name)) {
        return null;
      }
      List<Integer> notes =
          engine.getChoices(
              CUDNN_ATTR_ENGINE_NUMERICAL_NOTE,
              cudnnBackendAttributeType.CUDNN_TYPE_NUMERICAL_NOTE,
              16);
      String banned = banned(notes, precision);
      if (banned != null) {
        refusals.add(new Refusal(name, banned));
        return null;
      }
    }
    CudnnDescriptor plan =
        newPlan().descriptor(CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, configuration);
    String reason = plan.tryFinish();
    if (reason != null) {
      plan.close();
      refusals.add(new Refusal(name, reason));
      return null;
    }
    return new Plan(shared, plan, name);
  }

  /**
   * The knobs of an engine, which the heuristics name once for each way to turn them: {@code [2=1
   * 13=0]} for the types 2 and 13 of cudnnBackendKnobType_t; empty where it has none.
   */
  private static String knobs(CudnnDescriptor configuration) {
    // Asked for their number alone, cuDNN 9.24 says 0.
    List<CudnnDescriptor> choices =
        configuration.getDescriptors(
            CUDNN_ATTR_ENGINECFG_KNOB_CHOICES, CUDNN_BACKEND_KNOB_CHOICE_DESCRIPTOR, KNOBS);
    String all =
        choices.stream()
            .map(
                knob ->
                    knob.getChoice(
                            CUDNN_ATTR_KNOB_CHOICE_KNOB_TYPE,
                            cudnnBackendAttributeType.CUDNN_TYPE_KNOB_TYPE)
                        + "="
                        + knob.getLong(CUDNN_ATTR_KNOB_CHOICE_KNOB_VALUE))
            .collect(Collectors.joining(" "));
    choices.forEach(CudnnDescriptor::close);
    return all.isEmpty() ? "" : "[" + all + "]";
  }

  /**
   * A plan made before, by this version for this card.
   *
   * @param engine as the plan called it
   * @param text what the plan said of itself; may be empty
   * @return null where cuDNN makes none of it
   */
  Plan again(String engine, String text) {
    if (text.isEmpty()) {
      return null;
    }
    CudnnDescriptor plan = newPlan();
    try {
      if (plan.text(PLAN_TEXT, text).tryFinish() == null) {
        return new Plan(new Shared(), plan, engine);
      }
    } catch (CudaException _) {
      // Some texts are refused before they are finalized.
    }
    plan.close();
    return null;
  }

  private CudnnDescriptor newPlan() {
    return new CudnnDescriptor(values, CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR)
        .addresses(
            CUDNN_ATTR_EXECUTION_PLAN_HANDLE,
            cudnnBackendAttributeType.CUDNN_TYPE_HANDLE,
            handle.address());
  }

  private CudnnDescriptor own(List<CudnnDescriptor> owned, int kind) {
    CudnnDescriptor d = new CudnnDescriptor(values, kind);
    owned.add(d);
    return d;
  }

  private static void check(int status, String what) {
    if (status != 0) {
      throw new CudaException(
          "cuda: %s: %s.".formatted(what, JCudnn.cudnnGetErrorString(status)));
    }
  }

  @Override
  public void close() {
    JCudnn.cudnnDestroy(handle);
    values.close();
  }
}

package chladni.cuda;

import chladni.engine.backend.Ledger;
import chladni.engine.backend.Listing;
import chladni.engine.backend.NonFinite;
import chladni.engine.backend.Precision;
import chladni.engine.backend.Program;
import chladni.engine.backend.ProgramException;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Input;
import chladni.engine.graph.Node;
import chladni.engine.plan.Format;
import chladni.engine.plan.Plan;
import chladni.engine.plan.Planner;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.Function;

/**
 * A plan captured as one CUDA graph: the steps run, outputs come back to pinned memory. A run is the
 * copies of the inputs that were written since the last one, and one launch.
 */
final class CudaProgram extends Program {
  private final CudaBackend backend;
  private final Device device;
  private final CudaStore store;
  private final Plan plan;
  private final Holder held;
  private final Map<Node, String> outputNames = new HashMap<>();
  private final Ledger.Entry entry;
  private boolean ran;

  /** The binding of the moment, whoever frees it. */
  private static final class Holder {
    BoundProgram bound;
  }

  private CudaProgram(Graph graph, CudaStore store, Plan plan, Holder held) {
    super(graph);
    this.plan = plan;
    this.store = store;
    this.backend = store.backend();
    this.device = backend.device();
    this.held = held;
    graph.outputs().forEach((name, node) -> outputNames.putIfAbsent(node, name));
    String what = "program with outputs " + graph.outputs().keySet();
    entry = backend.ledger().enter(this, what, freeing(device, held));
  }

  private static Runnable freeing(Device device, Holder held) {
    return () -> device.release(() -> held.bound.close());
  }

  static CudaProgram of(Graph graph, CudaStore store) {
    store.checkOpen();
    graph.freeze();
    graph.variables().forEach(store::declare);
    boolean narrow = store.precision() == Precision.BF16;
    Plan plan = Planner.plan(graph, narrow ? Format.BFLOAT16 : Format.SINGLE);
    Binding.checkSizes(plan);
    Device device = store.backend().device();
    Holder held = new Holder();
    device.run(
        () -> {
          store.checkOpen();
          held.bound = BoundProgram.of(device, store, plan);
        });
    try {
      return new CudaProgram(graph, store, plan, held);
    } catch (RuntimeException | Error e) {
      freeing(device, held).run();
      throw e;
    }
  }

  Device device() {
    return device;
  }

  BoundProgram bound() {
    checkOpen();
    return held.bound;
  }

  @Override
  protected void execute() {
    queue();
    finish();
  }

  @Override
  protected void queue() {
    run(
        program -> {
          program.queue();
          return Optional.empty();
        });
  }

  @Override
  protected void finish() {
    device.run(device.driver().stream()::await);
  }

  @Override
  protected boolean isComputing() {
    return device.call(device.driver().stream()::isBusy);
  }

  @Override
  protected Optional<NonFinite> executeTraced() {
    return run(program -> Trace.of(device.driver(), program));
  }

  private Optional<NonFinite> run(Function<BoundProgram, Optional<NonFinite>> how) {
    checkOpen();
    for (String input : plan.inputs().keySet()) {
      if (!held.bound.input(input).isWritten()) {
        throw new ProgramException(
            "input '%s': it has no value yet. Write it before the first run.".formatted(input));
      }
    }
    ran = false;
    Optional<NonFinite> found =
        device.call(
            () -> {
              // Other threads may have closed them before this one had its turn.
              checkOpen();
              store.checkOpen();
              if (!held.bound.isCurrent()) {
                rebind();
              }
              return held.bound.run(how);
            });
    ran = true;
    return found;
  }

  /** Another program has changed the layout of a variable. */
  private void rebind() {
    BoundProgram old = held.bound;
    held.bound = BoundProgram.of(device, store, plan);
    held.bound.takeInputs(old);
    old.close();
  }

  @Override
  protected void copyIn(Node input, float[] values) {
    written(input).asFloatBuffer().put(values);
  }

  @Override
  protected void copyIn(Node input, int[] values) {
    written(input).asIntBuffer().put(values);
  }

  private ByteBuffer written(Node input) {
    checkOpen();
    return device.call(held.bound.input(((Input) input.op()).key())::next);
  }

  @Override
  protected void copyOut(Node output, float[] dst) {
    result(output).asFloatBuffer().get(dst);
  }

  @Override
  protected void copyOut(Node output, double[] dst) {
    FloatBuffer from = result(output).asFloatBuffer();
    for (int i = 0; i < dst.length; i++) {
      dst[i] = from.get(i);
    }
  }

  @Override
  protected void copyOut(Node output, int[] dst) {
    result(output).asIntBuffer().get(dst);
  }

  private ByteBuffer result(Node output) {
    checkOpen();
    if (!ran) {
      throw new ProgramException("output: there is none before the first run. Call run first.");
    }
    finish();
    return held.bound.output(outputNames.get(output));
  }

  @Override
  protected SortedMap<String, String> chosen() {
    checkOpen();
    return held.bound.choices();
  }

  @Override
  protected Listing list() {
    checkOpen();
    store.checkOpen();
    return held.bound.listing();
  }

  @Override
  protected void release() {
    entry.close();
  }

  private void checkOpen() {
    if (backend.ledger().isClosed()) {
      throw new ProgramException("program: its backend is closed. Open the engine again.");
    }
  }
}

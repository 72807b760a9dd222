package chladni.engine.backend.cpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import chladni.engine.backend.CustomOpException;
import chladni.engine.backend.Ledger;
import chladni.engine.backend.Listing;
import chladni.engine.backend.NonFinite;
import chladni.engine.backend.NativeException;
import chladni.engine.backend.Precision;
import chladni.engine.backend.Program;
import chladni.engine.backend.ProgramException;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Input;
import chladni.engine.graph.Node;
import chladni.engine.memory.HostArena;
import chladni.engine.plan.Buffer;
import chladni.engine.plan.Format;
import chladni.engine.plan.Plan;
import chladni.engine.plan.Planner;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A graph bound to addresses: a run is one call into the host library, which walks the step list.
 * It binds itself again when another program of the same store has moved a variable.
 */
public final class CpuProgram extends Program {
  private final CpuBackend backend;
  private final CpuStore store;
  private final Plan plan;
  private final Holdings held;
  private final Map<String, MemorySegment> rim = new HashMap<>();
  private final Map<Node, MemorySegment> inputs = new HashMap<>();
  private final Map<Node, MemorySegment> outputs = new HashMap<>();
  private final Set<Node> unwritten = new LinkedHashSet<>();
  private final Runnable runOnce = this::runBound;
  private Ledger.Entry entry;
  private boolean ran;

  /** The native memory of a program: freed with it, or after it when it was lost. */
  private static final class Holdings {
    final HostArena rim = new HostArena("inputs and outputs");
    BoundProgram bound;

    void free() {
      if (bound != null) {
        bound.close();
      }
      rim.close();
    }
  }

  private CpuProgram(Graph graph, CpuStore store, Plan plan, Holdings held) {
    super(graph);
    this.held = held;
    this.store = store;
    this.backend = store.backend();
    this.plan = plan;
    graph.inputs().forEach((name, node) -> inputs.put(node, place("in:" + name, node)));
    graph.outputs().forEach((name, node) -> outputs.putIfAbsent(node, place("out:" + name, node)));
    unwritten.addAll(graph.inputs().values());
  }

  private MemorySegment place(String key, Node node) {
    MemorySegment values = held.rim.allocate(node.shape().elements() * Float.BYTES);
    rim.put(key, values);
    return values;
  }

  private static Plan plan(Graph graph, Precision precision) {
    return Planner.plan(graph, precision == Precision.BF16 ? Format.BFLOAT16 : Format.SINGLE);
  }

  static CpuProgram of(Graph graph, CpuStore store) {
    store.checkOpen();
    graph.freeze();
    graph.variables().forEach(store::declare);
    Plan plan = plan(graph, store.precision());
    NativeThread thread = store.backend().thread();
    Holdings held = new Holdings();
    Runnable free = () -> thread.run(held::free);
    try {
      CpuProgram program = new CpuProgram(graph, store, plan, held);
      thread.run(program::bind);
      String what = "program with outputs " + graph.outputs().keySet();
      program.entry = store.backend().ledger().enter(program, what, free);
      return program;
    } catch (RuntimeException | Error e) {
      free.run();
      throw e;
    }
  }

  private void bind() {
    Binding binding = new Binding(backend.library(), store, plan, rim);
    BoundProgram fresh = new CpuLowering(backend, store, binding).lower();
    if (held.bound != null) {
      held.bound.close();
    }
    held.bound = fresh;
  }

  private void runBound() {
    try {
      backend.library().programRun(rebound().program());
    } catch (NativeException e) {
      throw cause(e);
    }
  }

  /** Checks and follows what other threads did before this one had its turn. */
  private BoundProgram rebound() {
    checkOpen();
    store.checkOpen();
    if (held.bound.epoch() != store.epoch()) {
      bind();
    }
    return held.bound;
  }

  /** What a custom operation threw, if that is why the run ended. */
  private RuntimeException cause(NativeException e) {
    CustomOpException thrown = held.bound.customs().takeFailure();
    return thrown == null ? e : thrown;
  }

  @Override
  protected void execute() {
    checkReady();
    ran = false;
    backend.thread().run(runOnce);
    ran = true;
  }

  private void checkReady() {
    checkOpen();
    if (!unwritten.isEmpty()) {
      throw new ProgramException(
          "input '%s': it has no value yet. Write it before the first run."
              .formatted(((Input) unwritten.iterator().next().op()).key()));
    }
  }

  /** Runs once, with a clock around each step: the seconds of each, in the order of the listing. */
  public double[] profile() {
    double[][] seconds = new double[1][];
    stepwise(
        current -> {
          double[] each = new double[current.lines().size()];
          for (int i = 0; i < each.length; i++) {
            long begun = System.nanoTime();
            backend.library().programRunRange(current.program(), i, i + 1);
            each[i] = (System.nanoTime() - begun) * 1e-9;
          }
          seconds[0] = each;
        });
    return seconds[0];
  }

  /** Runs these steps of the listing on what the last run left, for a measurement of them alone. */
  public void rerun(int... steps) {
    stepwise(
        current -> {
          for (int i : steps) {
            backend.library().programRunRange(current.program(), i, i + 1);
          }
        });
  }

  @Override
  protected Optional<NonFinite> executeTraced() {
    Trace trace = new Trace(backend, store);
    stepwise(trace::run);
    return trace.first();
  }

  /** A run whose steps somebody takes one by one, on the backend's thread. */
  private void stepwise(Consumer<BoundProgram> steps) {
    checkReady();
    ran = false;
    backend
        .thread()
        .run(
            () -> {
              try {
                steps.accept(rebound());
              } catch (NativeException e) {
                throw cause(e);
              }
            });
    ran = true;
  }

  @Override
  protected void copyIn(Node input, float[] values) {
    checkOpen();
    MemorySegment.copy(values, 0, inputs.get(input), JAVA_FLOAT, 0, values.length);
    unwritten.remove(input);
  }

  @Override
  protected void copyIn(Node input, double[] values) {
    checkOpen();
    MemorySegment to = inputs.get(input);
    for (int i = 0; i < values.length; i++) {
      to.setAtIndex(JAVA_FLOAT, i, (float) values[i]);
    }
    unwritten.remove(input);
  }

  @Override
  protected void copyIn(Node input, int[] values) {
    checkOpen();
    MemorySegment.copy(values, 0, inputs.get(input), JAVA_INT, 0, values.length);
    unwritten.remove(input);
  }

  @Override
  protected void copyOut(Node output, float[] dst) {
    MemorySegment.copy(result(output), JAVA_FLOAT, 0, dst, 0, dst.length);
  }

  @Override
  protected void copyOut(Node output, double[] dst) {
    MemorySegment from = result(output);
    for (int i = 0; i < dst.length; i++) {
      dst[i] = from.getAtIndex(JAVA_FLOAT, i);
    }
  }

  @Override
  protected void copyOut(Node output, int[] dst) {
    MemorySegment.copy(result(output), JAVA_INT, 0, dst, 0, dst.length);
  }

  private MemorySegment result(Node output) {
    checkOpen();
    if (!ran) {
      throw new ProgramException("output: there is none before the first run. Call run first.");
    }
    return outputs.get(output);
  }

  @Override
  protected Listing list() {
    checkOpen();
    store.checkOpen();
    BoundProgram current = backend.thread().call(this::rebound);
    return new Listing(
        backend.description(),
        current.lines().stream().map(CpuLowering.Line::listed).toList(),
        current.memory());
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

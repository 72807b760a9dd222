package chladni.cuda;

import chladni.engine.backend.Program;
import chladni.engine.backend.ProgramException;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Input;
import chladni.engine.graph.Node;
import chladni.engine.plan.Buffer;
import chladni.engine.plan.Plan;
import chladni.engine.plan.Planner;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import jcuda.Pointer;
import jcuda.driver.CUgraphExec;

/**
 * A plan captured as one CUDA graph: inputs go in from pinned memory, the steps run, outputs come
 * back. A run is one launch of it.
 */
final class CudaProgram extends Program {
  private final CudaBackend backend;
  private final CudaStore store;
  private final Plan plan;
  private final Map<String, Pinned> rim = new HashMap<>();
  private final Set<String> unwritten = new HashSet<>();
  private final Map<Node, String> outputNames = new HashMap<>();
  private Binding binding;
  private List<CudaLowering.Line> lines;
  private List<AutoCloseable> owned = List.of();
  private final List<Segment> segments = new ArrayList<>();
  private boolean ran;
  private boolean freed;

  /**
   * What runs without the host, as one graph.
   *
   * @param after what the host does next; null at the end
   */
  private record Segment(CUgraphExec graph, HostStep after) {}

  /** Pinned host memory with a view of it. */
  private record Pinned(Pointer pointer, ByteBuffer bytes) {}

  private CudaProgram(Graph graph, CudaStore store, Plan plan) {
    super(graph);
    this.store = store;
    this.backend = store.backend();
    this.plan = plan;
    unwritten.addAll(graph.inputs().keySet());
    graph.outputs().forEach((name, node) -> outputNames.putIfAbsent(node, name));
  }

  static CudaProgram of(Graph graph, CudaStore store) {
    store.checkOpen();
    graph.freeze();
    graph.variables().forEach(store::declare);
    CudaProgram program = new CudaProgram(graph, store, Planner.plan(graph));
    program.backend.exclusively(program::bind);
    return program;
  }

  private void bind() {
    try {
      Driver driver = backend.driver();
      binding = new Binding(driver, store, plan);
      plan.inputs().forEach((name, b) -> rim.put("in:" + name, pinned(b, name)));
      plan.outputs().forEach((name, b) -> rim.put("out:" + name, pinned(b, name)));
      CudaLowering lowering = new CudaLowering(backend, binding);
      try {
        lines = lowering.lower(plan.steps());
      } finally {
        owned = lowering.owned();
      }
      capture(driver);
    } catch (RuntimeException e) {
      free();
      throw e;
    }
  }

  private Pinned pinned(Buffer buffer, String owner) {
    long bytes = Binding.bytes(buffer);
    Pointer pointer = backend.driver().allocatePinned(bytes, owner);
    return new Pinned(pointer, pointer.getByteBuffer(0, bytes).order(ByteOrder.nativeOrder()));
  }

  /** Inputs, steps and outputs in as few graphs as there are steps of the host, and one more. */
  private void capture(Driver driver) {
    List<Runnable> work = new ArrayList<>();
    work.add(() -> plan.inputs().forEach((name, b) -> copyIn(driver, name, b)));
    for (CudaLowering.Line line : lines) {
      work.add(line.work());
      if (line.host() != null) {
        segments.add(new Segment(driver.capture(work), line.host()));
        work.clear();
        work.add(line.host()::deliver);
      }
    }
    work.add(() -> plan.outputs().forEach((name, b) -> copyOut(driver, name, b)));
    segments.add(new Segment(driver.capture(work), null));
  }

  private void copyIn(Driver driver, String name, Buffer b) {
    driver.copyInOnStream(binding.pointer(b), rim.get("in:" + name).pointer, Binding.bytes(b));
  }

  private void copyOut(Driver driver, String name, Buffer b) {
    driver.copyOutOnStream(rim.get("out:" + name).pointer, binding.pointer(b), Binding.bytes(b));
  }

  private void replay() {
    for (Segment segment : segments) {
      backend.driver().run(segment.graph);
      if (segment.after != null) {
        segment.after.compute();
      }
    }
  }

  @Override
  protected void execute() {
    store.checkOpen();
    if (!unwritten.isEmpty()) {
      throw new ProgramException(
          "input '%s': it has no value yet. Write it before the first run."
              .formatted(unwritten.iterator().next()));
    }
    ran = false;
    backend.exclusively(this::replay);
    ran = true;
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
    String key = ((Input) input.op()).key();
    unwritten.remove(key);
    return rim.get("in:" + key).bytes;
  }

  @Override
  protected void copyOut(Node output, float[] dst) {
    result(output).asFloatBuffer().get(dst);
  }

  @Override
  protected void copyOut(Node output, double[] dst) {
    var from = result(output).asFloatBuffer();
    for (int i = 0; i < dst.length; i++) {
      dst[i] = from.get(i);
    }
  }

  @Override
  protected void copyOut(Node output, int[] dst) {
    result(output).asIntBuffer().get(dst);
  }

  private ByteBuffer result(Node output) {
    if (!ran) {
      throw new ProgramException("output: there is none before the first run. Call run first.");
    }
    return rim.get("out:" + outputNames.get(output)).bytes;
  }

  @Override
  public String explain() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < lines.size(); i++) {
      text.append(
          "%4d  %s | %s%n".formatted(i, lines.get(i).implementation(), lines.get(i).what()));
    }
    return text.append(
            "%d launches on %s; arena %d KiB%n"
                .formatted(
                    lines.size(),
                    backend.description(),
                    Math.ceilDiv(binding.arenaBytes(), 1024L)))
        .toString();
  }

  @Override
  protected void release() {
    backend.forget(this);
    if (!backend.isClosed()) {
      backend.exclusively(this::free);
    }
  }

  private static void close(AutoCloseable resource) {
    try {
      resource.close();
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** Frees what the program has on the device, once; the caller has the device. */
  void free() {
    if (freed) {
      return;
    }
    freed = true;
    segments.forEach(s -> backend.driver().destroy(s.graph));
    owned.forEach(CudaProgram::close);
    if (binding != null) {
      binding.close();
    }
    rim.values().forEach(p -> backend.driver().freePinned(p.pointer));
    rim.clear();
  }
}

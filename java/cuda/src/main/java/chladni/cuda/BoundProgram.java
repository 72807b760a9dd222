package chladni.cuda;

import chladni.engine.backend.Listing;
import chladni.engine.backend.ProgramException;
import chladni.engine.plan.Buffer;
import chladni.engine.plan.Plan;
import chladni.engine.plan.Step;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import jcuda.Pointer;
import jcuda.driver.CUgraphExec;

/** What a program has on the device and in pinned memory; for whoever has the device. */
final class BoundProgram implements AutoCloseable {
  /** To find the step that ends the context: a graph tells only that one of its did. */
  private static final boolean STEPWISE = "1".equals(System.getenv("CHLADNI_CUDA_STEPS"));

  private final Driver driver;
  private final CudaStore store;
  private final Plan plan;
  private final Map<String, Staging> inputs = new HashMap<>();
  private final List<Segment> segments = new ArrayList<>();
  private Pointer outputs;
  private Binding binding;
  private List<CudaLowering.Line> lines;
  private List<Rounding> roundings;
  private Set<String> written;
  private long epoch;
  private List<AutoCloseable> owned = List.of();
  private Listing listing;
  private SortedMap<String, String> choices;
  private boolean ran;

  /** What runs without the host, as one graph from the second run on. */
  private static final class Segment {
    final List<Runnable> work;

    /** What the host does next; null at the end. */
    final HostStep after;

    CUgraphExec graph;

    Segment(List<Runnable> work, HostStep after) {
      this.work = work;
      this.after = after;
    }
  }

  private BoundProgram(Driver driver, CudaStore store, Plan plan) {
    this.driver = driver;
    this.store = store;
    this.plan = plan;
  }

  static BoundProgram of(Device device, CudaStore store, Plan plan) {
    BoundProgram bound = new BoundProgram(device.driver(), store, plan);
    try {
      bound.bind(device);
      return bound;
    } catch (RuntimeException | Error e) {
      device.release(bound::close);
      throw e;
    }
  }

  private void bind(Device device) {
    List<List<Step>> moments = MultiTensor.of(plan, Binding::sizeOf);
    binding = new Binding(driver, store, plan, moments);
    epoch = store.epoch();
    plan.inputs()
        .forEach((name, b) -> inputs.put(name, new Staging(driver, binding.bytes(b), name)));
    outputs = driver.allocatePinned(binding.outputs().bytes(), "outputs");
    CudaLowering lowering = new CudaLowering(device, binding, store.precision());
    try {
      lines = lowering.lower(moments);
    } finally {
      owned = lowering.owned();
    }
    roundings = lowering.roundings();
    choices = Collections.unmodifiableSortedMap(lowering.choices());
    written =
        lines.stream()
            .flatMap(line -> line.writes().stream())
            .map(Binding::variable)
            .filter(Objects::nonNull)
            .collect(Collectors.toSet());
    listing =
        new Listing(
            device.description(),
            lines.stream().map(CudaLowering.Line::listed).toList(),
            binding.memory(lowering.scratchBytes(), lowering.copyBytes()));
    divide();
  }

  /** Steps and outputs in as few segments as there are steps of the host, and one more. */
  private void divide() {
    List<Runnable> work = new ArrayList<>();
    for (CudaLowering.Line line : lines) {
      work.add(line.batched());
      if (line.host() != null) {
        segments.add(new Segment(List.copyOf(work), line.host()));
        work.clear();
        work.add(line.host()::deliver);
      }
    }
    work.add(this::copyOut);
    segments.add(new Segment(work, null));
  }

  /** Puts the copies of inputs that were written on the stream. */
  private void copyIn() {
    plan.inputs().forEach((name, b) -> inputs.get(name).send(binding.pointer(b)));
  }

  /** Puts the copies of all inputs on the stream. */
  void copyAllIn() {
    plan.inputs().forEach((name, b) -> inputs.get(name).copy(binding.pointer(b)));
  }

  /** Puts the copy of all outputs on the stream. */
  private void copyOut() {
    DeviceMemory from = binding.outputs();
    driver.stream().copyOut(outputs, from.at(0), from.bytes());
  }

  /** Whether its addresses and layouts are those of the store's variables. */
  boolean isCurrent() {
    return epoch == store.epoch();
  }

  /** One run, whose steps {@code how} takes, and what it means for the copies of variables. */
  <T> T run(Function<BoundProgram, T> how) {
    for (Rounding r : roundings) {
      if (store.isHalfStale(r.variable())) {
        driver.stream().launch(r.launch());
        store.halved(r.variable());
      }
    }
    written.forEach(store::changed);
    T result = how.apply(this);
    roundings.stream().map(Rounding::variable).filter(written::contains).forEach(store::halved);
    return result;
  }

  /**
   * Puts the steps on the stream; waits where the host has a part in them. The first run is not
   * captured: libraries load and allocate at the first call of its kind, which a capture forbids.
   */
  void queue() {
    if (STEPWISE) {
      walk((_, _) -> {});
      return;
    }
    copyIn();
    String name = "program with outputs " + plan.outputs().keySet();
    for (Segment segment : segments) {
      driver.stream().follows(name);
      if (ran) {
        driver.stream().launch(captured(segment));
      } else {
        segment.work.forEach(Runnable::run);
      }
      if (segment.after != null) {
        driver.stream().synchronize();
        segment.after.compute();
      }
    }
    ran = true;
  }

  private CUgraphExec captured(Segment segment) {
    if (segment.graph == null) {
      segment.graph = driver.stream().capture(segment.work);
    }
    return segment.graph;
  }

  /** What looks at the results of a step before the next one runs. */
  interface Visitor {
    /** Before the first step, when inputs are on the device. */
    default void begin() {}

    void after(int index, CudaLowering.Line line);
  }

  /** One run with a stop behind each step; what fails there is named. */
  void walk(Visitor visitor) {
    copyIn();
    driver.stream().synchronize();
    visitor.begin();
    for (int i = 0; i < lines.size(); i++) {
      CudaLowering.Line line = lines.get(i);
      try {
        run(line);
      } catch (CudaException e) {
        Listing.Step step = line.listed();
        throw e.in("step %d, %s by %s".formatted(i, step.label(), step.implementation()), "");
      }
      visitor.after(i, line);
    }
    copyOut();
    driver.stream().synchronize();
    ran = true;
  }

  private void run(CudaLowering.Line line) {
    line.work().run();
    driver.stream().synchronize();
    if (line.host() != null) {
      line.host().compute();
      line.host().deliver();
      driver.stream().synchronize();
    }
  }

  /** Takes over what the host wrote for another binding of the same plan. */
  void takeInputs(BoundProgram other) {
    inputs.forEach((name, to) -> to.take(other.inputs.get(name)));
  }

  /**
   * All of a run but the copies of inputs.
   *
   * @throws ProgramException when the host has a part in it, or there was no run
   */
  CUgraphExec onlyGraph() {
    if (segments.size() > 1) {
      throw new ProgramException(
          "program: operations with a Java body make it several graphs, and one was asked for.");
    }
    checkRan();
    return captured(segments.getFirst());
  }

  /**
   * @throws ProgramException when there was no run, so that libraries have not loaded yet
   */
  void checkRan() {
    if (!ran) {
      throw new ProgramException(
          "program: its steps are captured behind its first run. Call run first.");
    }
  }

  /** What the host writes. */
  Staging input(String name) {
    return inputs.get(name);
  }

  /** What the host reads. */
  ByteBuffer output(String name) {
    Buffer buffer = plan.outputs().get(name);
    return outputs
        .getByteBuffer(binding.offsetOfOutput(name), binding.bytes(buffer))
        .order(ByteOrder.nativeOrder());
  }

  Binding binding() {
    return binding;
  }

  List<CudaLowering.Line> lines() {
    return lines;
  }

  Listing listing() {
    return listing;
  }

  SortedMap<String, String> choices() {
    return choices;
  }

  @Override
  public void close() {
    segments.stream()
        .map(segment -> segment.graph)
        .filter(Objects::nonNull)
        .forEach(driver.stream()::destroy);
    owned.forEach(BoundProgram::close);
    if (binding != null) {
      binding.close();
    }
    inputs.values().forEach(Staging::close);
    if (outputs != null) {
      driver.freePinned(outputs);
    }
  }

  static void close(AutoCloseable resource) {
    try {
      resource.close();
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}

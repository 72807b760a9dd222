package chladni.cuda;

import chladni.engine.backend.Listing;
import chladni.engine.backend.Precision;
import chladni.engine.backend.listing.Lister;
import chladni.engine.plan.Buffer;
import chladni.engine.plan.CopyStep;
import chladni.engine.plan.ElementwiseStep;
import chladni.engine.plan.Format;
import chladni.engine.plan.Layout;
import chladni.engine.plan.OpStep;
import chladni.engine.plan.ReductionStep;
import chladni.engine.plan.Step;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import jcuda.Pointer;
import jcuda.driver.CUdeviceptr;

/** Turns the steps of a plan into work on the stream, in order. */
final class CudaLowering {
  private static final int BLOCK = 256;

  private final Device device;
  private final Binding binding;
  private final Precision precision;
  private final FusedLaunches fused;
  private final Lister lister;
  private final Map<Buffer, Listing.Tensor> elsewhere = new HashMap<>();
  private Weights weights;
  private OpLaunches ops;
  private List<Rounding> roundings;
  private final int multiprocessors;
  private final List<Supplier<Line>> lines = new ArrayList<>();
  private final List<Piece> pieces = new ArrayList<>();
  private final List<AutoCloseable> owned = new ArrayList<>();
  private final SortedMap<String, String> choices = new TreeMap<>();
  private HostStep host;
  private ReductionStep sums;
  private final Scratch scratch = new Scratch();
  private long tableBytes;

  /**
   * A step of the plan on the stream.
   *
   * @param work puts it there, alone
   * @param batched does so as the plan's runs do: the first of a batch with all of them, the others
   *     not at all
   * @param host what the host does behind it, before anything that follows; null for most
   * @param writes the buffers that hold results when it is done
   */
  record Line(
      Listing.Step listed,
      Runnable work,
      Runnable batched,
      HostStep host,
      List<Buffer> writes) {}

  /**
   * What a step puts on the stream, often alone.
   *
   * @param work asked for when all memory is there
   */
  private record Piece(String implementation, Supplier<Runnable> work) {}

  CudaLowering(Device device, Binding binding, Precision precision) {
    this.device = device;
    this.binding = binding;
    this.precision = precision;
    this.multiprocessors = device.driver().multiprocessors();
    this.fused = new FusedLaunches(this, binding);
    this.lister = new Lister(binding);
  }

  /** Beside another one: for what is not a part of the program. */
  CudaLowering(CudaLowering other) {
    this(other.device, other.binding, other.precision);
  }

  Binding binding() {
    return binding;
  }

  /**
   * @param moments the steps in their order; those of one list are fused kernels in one launch, or
   *     a convolution and its {@link ChannelSums}
   */
  List<Line> lower(List<List<Step>> moments) {
    List<Step> all = moments.stream().flatMap(List::stream).toList();
    weights = new Weights(this, fused, binding, all);
    ops = new OpLaunches(this, device, precision, fused, weights);
    roundings = weights.before();
    for (List<Step> steps : moments) {
      if (steps.getFirst() instanceof ElementwiseStep && steps.size() > 1) {
        batch(steps.stream().map(ElementwiseStep.class::cast).toList());
      } else {
        lower(steps.getFirst(), steps.size() > 1 ? (ReductionStep) steps.get(1) : null);
      }
    }
    own(scratch.allocate(device.driver()));
    return lines.stream().map(Supplier::get).toList();
  }

  /** All that was added, with memory for it. */
  Runnable alone() {
    own(scratch.allocate(device.driver()));
    return work(pieces);
  }

  /** What was taken beside the arena, last first; the program's to close. */
  List<AutoCloseable> owned() {
    return owned.reversed();
  }

  /** What does its convolutions, by their problems. */
  SortedMap<String, String> choices() {
    return choices;
  }

  /** The step at hand takes it. */
  void chose(String problem, String choice) {
    choices.put(problem, choice);
  }

  /** Bytes of working memory beside the arena. */
  long scratchBytes() {
    return scratch.bytes() + tableBytes;
  }

  /** What may come before the first step. */
  List<Rounding> roundings() {
    return roundings;
  }

  /** A launch before a run that needs it, with its line. */
  void addIfStale(Launch launch, Listing.Step listed) {
    Runnable work = () -> device.driver().stream().launch(launch);
    lines.add(() -> new Line(listed, work, () -> {}, null, List.of()));
  }

  /** Bytes of the copies of variables that products read. */
  long copyBytes() {
    return weights.copyBytes();
  }

  /**
   * @param behind sums of its result that it may make; else they are the next step
   */
  private void lower(Step planned, ReductionStep behind) {
    begin();
    sums = behind;
    Step step = weights.withCopies(planned);
    switch (step) {
      case ElementwiseStep s -> fused.elementwise(s);
      case ReductionStep s -> fused.reduction(s);
      case CopyStep s -> copy(s);
      case OpStep s -> ops.lower(s);
    }
    weights.follow(step);
    List<Piece> own = List.copyOf(pieces);
    HostStep hosted = host;
    Listing.Step listed = listed(step, implementation());
    lines.add(
        () -> {
          Runnable work = work(own);
          return new Line(listed, work, work, hosted, step.writes());
        });
    if (sums != null) {
      lower(sums, null);
    } else if (behind != null) {
      Listing.Step with = listed(behind, "with step " + (lines.size() - 1));
      lines.add(() -> new Line(with, () -> {}, () -> {}, null, behind.writes()));
    }
  }

  /** The sums behind the step at hand, if there are. */
  ReductionStep sums() {
    return sums;
  }

  /** The step at hand makes them. */
  void takeSums() {
    sums = null;
  }

  private void begin() {
    pieces.clear();
    elsewhere.clear();
    host = null;
    scratch.next();
  }

  private String implementation() {
    return pieces.stream().map(Piece::implementation).collect(Collectors.joining(", "));
  }

  /** The pieces one after the other. */
  private static Runnable work(List<Piece> pieces) {
    List<Runnable> all = pieces.stream().map(piece -> piece.work().get()).toList();
    return () -> all.forEach(Runnable::run);
  }

  private Listing.Step listed(Step step, String implementation) {
    return lister.with(elsewhere).step(step, implementation);
  }

  private void batch(List<ElementwiseStep> planned) {
    begin();
    List<ElementwiseStep> steps = planned.stream().map(weights::withCopies).toList();
    // Those that store a copy too are another kernel now.
    steps.stream()
        .collect(Collectors.groupingBy(FusedProgram::of, LinkedHashMap::new, Collectors.toList()))
        .values()
        .forEach(fused::batch);
    String implementation = implementation();
    steps.forEach(weights::follow);
    List<Piece> together = List.copyOf(pieces);
    int first = lines.size();
    for (ElementwiseStep step : steps) {
      pieces.clear();
      fused.elementwise(step);
      weights.follow(step);
      boolean leads = lines.size() == first;
      List<Piece> alone = List.copyOf(pieces);
      Listing.Step listed = listed(step, leads ? implementation : "with step " + first);
      lines.add(
          () ->
              new Line(
                  listed, work(alone), leads ? work(together) : () -> {}, null, step.writes()));
    }
  }

  private void copy(CopyStep s) {
    boolean weight = s.from().layout() == Layout.PACKED || s.to().layout() == Layout.PACKED;
    if (weight && binding.isChannelsLast(s.from()) != binding.isChannelsLast(s.to())) {
      fused.convert(given(s.from()), given(s.to()));
      return;
    }
    CUdeviceptr to = binding.pointer(s.to());
    CUdeviceptr from = binding.pointer(s.from());
    long bytes = binding.bytes(s.to());
    add("copy", () -> device.driver().stream().copy(to, from, bytes));
  }

  /** A buffer where it is. */
  Operand given(Buffer buffer) {
    CUdeviceptr pointer = binding.pointer(buffer);
    return new Operand(buffer, () -> pointer);
  }

  /** A buffer that only this step has. */
  Operand temporary(Buffer buffer) {
    return new Operand(buffer, scratch.take(Binding.sizeOf(buffer)));
  }

  /** A library's implementation with what it makes of such operands. */
  String tagged(String implementation, Operand operand) {
    return operand.format() == Format.BFLOAT16
        ? implementation + " bf16"
        : precision == Precision.TF32 ? implementation + " tf32" : implementation;
  }

  /** The addresses of the operands, then of the result. */
  Launch.Arguments inOut(OpStep step) {
    Launch.Arguments arguments = new Launch.Arguments();
    step.inputs().forEach(b -> arguments.longs(binding.address(b)));
    return arguments.longs(binding.address(step.output()));
  }

  /** A kernel that gives each element of the result a thread. */
  void run(OpStep step, String kernel, Launch.Arguments arguments) {
    add(launch(kernel, Binding.elements(step.output()), BLOCK, arguments));
  }

  /** A grid-stride launch over so many points. */
  Launch launch(String kernel, long points, int block, Launch.Arguments arguments) {
    return launch(kernel, blocks(points, block), 1, block, arguments);
  }

  /** Whether this build has a kernel of that name. */
  boolean has(String kernel) {
    return device.kernels().has(kernel);
  }

  /** How many blocks a grid-stride launch over so many points has. */
  int blocks(long points, int block) {
    return Launch.blocks(points, block, multiprocessors);
  }

  Launch launch(String kernel, int gridX, int gridY, int block, Launch.Arguments arguments) {
    return launch(kernel, gridX, gridY, 1, block, arguments);
  }

  Launch launch(
      String kernel, int gridX, int gridY, int gridZ, int block, Launch.Arguments arguments) {
    return new Launch(
        kernel, device.kernels().get(kernel), gridX, gridY, gridZ, block, arguments.list());
  }

  /** One of our kernels as a part of the step. */
  void add(Launch launch) {
    addLaunch(launch.kernel(), () -> launch);
  }

  /**
   * One that touches memory of this step alone.
   *
   * @param implementation as the listing shall call it
   * @param launch made when all memory is there
   */
  void addLaunch(String implementation, Supplier<Launch> launch) {
    addWork(
        implementation,
        () -> {
          Launch made = launch.get();
          return () -> device.driver().stream().launch(made);
        });
  }

  /** Anything that puts its work on the stream, as a part of the step. */
  void add(String implementation, Runnable work) {
    addWork(implementation, () -> work);
  }

  /**
   * The same with memory of this step alone.
   *
   * @param work made when all memory is there
   */
  void addWork(String implementation, Supplier<Runnable> work) {
    pieces.add(new Piece(implementation, work));
  }

  /** What the host does behind the step. */
  void then(HostStep step) {
    host = step;
    own(step);
  }

  /** Something that lives as long as the program. */
  void own(AutoCloseable more) {
    owned.add(more);
  }

  /** Memory of this step alone; its address, once all memory is there. */
  LongSupplier scratch(long bytes) {
    Supplier<CUdeviceptr> where = scratch.take(bytes);
    return () -> DeviceMemory.address(where.get());
  }

  /** Numbers that a kernel reads at every run; the address. */
  long table(int[] values) {
    return table(Pointer.to(values), (long) values.length * Integer.BYTES);
  }

  /** Structs that a kernel reads at every run; the address. */
  long table(byte[] structs) {
    return table(Pointer.to(structs), structs.length);
  }

  private long table(Pointer values, long bytes) {
    DeviceMemory memory = new DeviceMemory(device.driver(), bytes, "tables of kernels");
    own(memory);
    tableBytes += memory.bytes();
    device.driver().copyIn(memory.at(0), values, bytes);
    return memory.address();
  }

  /** How a listing shows a buffer. */
  Listing.Tensor tensor(Buffer buffer) {
    return lister.tensor(buffer);
  }

  /** This step takes another tensor than the plan's. */
  void list(Buffer planned, Listing.Tensor taken) {
    elsewhere.put(planned, taken);
  }
}

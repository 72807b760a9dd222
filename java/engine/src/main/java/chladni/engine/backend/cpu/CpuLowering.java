package chladni.engine.backend.cpu;

import chladni.engine.backend.Listing;
import chladni.engine.backend.listing.Lister;
import chladni.engine.graph.ArgMax;
import chladni.engine.graph.Conv2d;
import chladni.engine.graph.ConvTranspose2d;
import chladni.engine.graph.ConvWeightGrad;
import chladni.engine.graph.CustomOp;
import chladni.engine.graph.Dropout;
import chladni.engine.graph.Increment;
import chladni.engine.graph.IndexOp;
import chladni.engine.graph.LogSoftmax;
import chladni.engine.graph.MatMul;
import chladni.engine.graph.Node;
import chladni.engine.graph.OneHot;
import chladni.engine.graph.Shape;
import chladni.engine.graph.ToFloat;
import chladni.engine.graph.TopK;
import chladni.engine.graph.WindowOp;
import chladni.engine.memory.HostArena;
import chladni.engine.plan.Buffer;
import chladni.engine.plan.CopyStep;
import chladni.engine.plan.ElementwiseStep;
import chladni.engine.plan.Epilogue;
import chladni.engine.plan.Layout;
import chladni.engine.plan.OpStep;
import chladni.engine.plan.ReductionStep;
import chladni.engine.plan.Step;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Binds a plan: settles layouts, takes memory, chooses implementations and hands the host library
 * one list of steps with absolute addresses. Runs on the backend's thread.
 */
final class CpuLowering {
  static final int ELEMENTWISE = 1;
  static final int REDUCTION = 2;
  static final int PRIMITIVE = 3;
  static final int PACK = 4;
  static final int CHANGED = 5;
  static final int LOG_SOFTMAX = 8;
  static final int DROPOUT = 9;
  static final int ONE_HOT = 10;
  static final int TO_FLOAT = 11;
  static final int INCREMENT = 12;
  static final int COPY = 13;
  static final int CUSTOM = 30;

  /** Stands for the start of scratch memory until its size is known. */
  private static final long SCRATCH = 0xFFFF_DEAD_0000_0001L;

  private final CpuBackend backend;
  private final Native library;
  private final CpuStore store;
  private final Binding binding;
  private final Products products;
  private final WindowSteps windows = new WindowSteps(this);
  private final IndexSteps indexing = new IndexSteps(this);
  private final FusedWords fused;
  private final CustomSteps customs = new CustomSteps();
  private final Lister lister;
  private final Relayout relayout;
  private final String isa;
  private final HostArena host = new HostArena("program");
  private final List<Pending> pending = new ArrayList<>();
  private final List<Long> primitives = new ArrayList<>();
  private final List<Long> layouts = new ArrayList<>();
  private long scratchBytes;

  private record Pending(int kind, Words words, Line line) {}

  /**
   * A native step in listings.
   *
   * @param writes the buffers that hold results when it is done
   */
  record Line(Listing.Step listed, List<Buffer> writes) {}

  CpuLowering(CpuBackend backend, CpuStore store, Binding binding) {
    this.backend = backend;
    this.library = backend.library();
    this.store = store;
    this.binding = binding;
    this.fused = new FusedWords(binding);
    this.lister = new Lister(binding);
    this.relayout = new Relayout(this, store, lister, host);
    this.products = new Products(this, relayout);
    this.isa = library.engineKernels(engine());
  }

  Native library() {
    return library;
  }

  Binding binding() {
    return binding;
  }

  long engine() {
    return backend.engine();
  }

  /** The bound program; everything taken on the way is freed with it, or here on failure. */
  BoundProgram lower() {
    long program = 0;
    try {
      binding.settleFamilies(products::gradientLayout);
      binding.allocate(host);
      binding.steps().forEach(this::lower);
      MemorySegment scratch = host.allocate(scratchBytes);
      MemorySegment temporary = host.allocate(relayout.temporaryBytes());
      program = library.programCreate(engine());
      for (Pending p : pending) {
        p.words()
            .replace(SCRATCH, scratch.address())
            .replace(Relayout.TEMPORARY, temporary.address());
        library.programAdd(program, p.kind(), p.words(), p.line().listed().label());
      }
      return new BoundProgram(
          library,
          program,
          host,
          binding,
          customs,
          primitives,
          layouts,
          pending.stream().map(Pending::line).toList(),
          binding.memory(
              scratchBytes + relayout.temporaryBytes() + relayout.wideBytes(),
              relayout.copyBytes()),
          store.epoch());
    } catch (RuntimeException | Error e) {
      new BoundProgram(
              library, program, host, binding, customs, primitives, layouts, List.of(), null, 0)
          .close();
      throw e;
    }
  }

  private void lower(Step step) {
    switch (step) {
      case ElementwiseStep s ->
          add(
              ELEMENTWISE,
              fused.elementwise(s),
              line(s, kernel("elementwise")));
      case ReductionStep s ->
          add(
              REDUCTION,
              fused.reduction(s),
              line(s, kernel("reduction")));
      case CopyStep s -> copy(s);
      case OpStep s -> lower(s);
    }
    for (Buffer written : step.writes()) {
      String variable = Binding.variable(written);
      if (variable != null) {
        add(
            CHANGED,
            new Words().add(store.version(variable).address()),
            version(variable));
      }
    }
  }

  private void lower(OpStep step) {
    switch (step.op()) {
      case Conv2d op -> products.conv2d(step, op);
      case ConvTranspose2d op -> products.convTranspose2d(step, op);
      case ConvWeightGrad op -> products.convWeightGrad(step, op);
      case MatMul op -> products.matMul(step, op);
      case WindowOp op -> windows.lower(step, op);
      case LogSoftmax(int axis) ->
          add(LOG_SOFTMAX, IndexSteps.around(step.node().shape(), axis), step, kernel("rows"));
      case IndexOp op -> indexing.lower(step, op);
      case ArgMax(int axis, boolean _) -> indexing.argMax(step, axis);
      case TopK(int axis, int k) -> indexing.topK(step, axis, k);
      case Dropout op -> dropout(step, op);
      case OneHot(int classes) ->
          add(
              ONE_HOT,
              new Words()
                  .add(elements(step.inputs().get(0)), classes, address(step, 0), output(step)),
              line(step, "one-hot"));
      case ToFloat _ ->
          add(
              TO_FLOAT,
              new Words().add(elements(step.output()), address(step, 0), output(step)),
              line(step, "to float"));
      case Increment _ ->
          add(
              INCREMENT,
              new Words().add(elements(step.output()), address(step, 0), output(step)),
              line(step, "increment"));
      case CustomOp op ->
          add(CUSTOM, customs.words(step, op, binding), line(step, "custom, Java"));
    }
  }

  private void dropout(OpStep step, Dropout op) {
    Shape s = step.output().type().shape();
    boolean last = step.output().layout() == Layout.CHANNELS_LAST;
    long n = last ? s.dim(0) : 1;
    long c = last ? s.dim(1) : 1;
    Words words =
        new Words()
            .add(n, c, s.elements() / n / c, 1)
            .add((long) Math.ceil(op.p() * 0x1p24))
            .number(1 / (1 - op.p()))
            .add(op.seed(), op.stream())
            .add(address(step, 0), address(step, 1), output(step));
    add(DROPOUT, words, line(step, kernel("philox")));
  }

  private void copy(CopyStep step) {
    boolean weights = step.from().layout() == Layout.PACKED || step.to().layout() == Layout.PACKED;
    if (weights && relayout.copied(step)) {
      return;
    }
    long from = binding.address(step.from());
    long to = binding.address(step.to());
    add(COPY, new Words().add(from, to, binding.bytes(step.to())), line(step, "copy"));
  }

  private static long elements(Buffer buffer) {
    return buffer.type().shape().elements();
  }

  private long address(OpStep step, int input) {
    return binding.address(step.inputs().get(input));
  }

  private long output(OpStep step) {
    return binding.address(step.output());
  }

  private Line line(Step step, String implementation) {
    return new Line(lister.step(step, implementation), step.writes());
  }

  private static Line version(String variable) {
    Listing.Place place = Listing.Place.of(Listing.Where.VARIABLE, variable);
    Listing.Tensor counter = new Listing.Tensor(variable, "", place, Long.BYTES);
    return new Line(
        new Listing.Step(
            Listing.Kind.VERSION,
            variable,
            List.of(),
            "new version",
            List.of(),
            List.of(counter),
            Listing.Work.NONE),
        List.of());
  }

  /** A kernel of ours that there is for each instruction set, with the one that runs. */
  String kernel(String name) {
    return name + " " + isa;
  }

  /** A native step whose words end with the addresses of the inputs and of the output. */
  void add(int kind, Words words, OpStep step, String implementation) {
    step.inputs().forEach(b -> words.add(binding.address(b)));
    add(kind, words.add(output(step)), line(step, implementation));
  }

  void add(int kind, Words words, Line line) {
    pending.add(new Pending(kind, words, line));
  }

  /** A layout that lives as long as the program. */
  long own(long layout) {
    layouts.add(layout);
    return layout;
  }

  /** A primitive that lives as long as the program. */
  long primitive(long primitive) {
    primitives.add(primitive);
    return primitive;
  }

  /** Scratch memory of at least this size, shared by all steps. */
  long scratch(long bytes) {
    scratchBytes = Math.max(scratchBytes, bytes);
    return SCRATCH;
  }

  /**
   * A oneDNN primitive with its arguments.
   *
   * @param elsewhere what it takes or leaves as another tensor than the plan's
   */
  void primitive(
      long primitive, Words arguments, OpStep step, Map<Buffer, Listing.Tensor> elsewhere) {
    Words words = new Words().add(primitive, arguments.size() / 2).add(arguments);
    String implementation = library.primitiveImplementation(primitive);
    Listing.Step listed = lister.with(elsewhere).step(step, implementation);
    boolean inPlace = listed.writes().equals(List.of(lister.tensor(step.output())));
    add(PRIMITIVE, words, new Line(listed, inPlace ? step.writes() : List.of()));
  }

  /** An epilogue that its product would not take: a kernel over what the product left. */
  void epilogue(OpStep step, Relayout.Taken product) {
    Listing.Tensor result = lister.tensor(step.output());
    List<Node> nodes = step.epilogue().stream().map(Epilogue::node).toList();
    long flops = nodes.stream().mapToLong(n -> n.op().flops(n)).sum();
    add(
        ELEMENTWISE,
        fused.epilogue(product.address(), step.output(), step.epilogue()),
        new Line(
            new Listing.Step(
                Listing.Kind.ELEMENTWISE,
                result.label(),
                nodes.stream().map(Node::toString).toList(),
                kernel("elementwise"),
                List.of(product.listed()),
                List.of(result),
                new Listing.Work(0, flops, product.listed().bytes(), result.bytes())),
            step.writes()));
  }
}

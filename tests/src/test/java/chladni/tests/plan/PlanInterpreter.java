package chladni.tests.plan;

import chladni.engine.backend.Backend;
import chladni.engine.backend.Store;
import chladni.engine.graph.DType;
import chladni.engine.graph.Node;
import chladni.engine.plan.Buffer;
import chladni.engine.plan.CopyStep;
import chladni.engine.plan.ElementwiseStep;
import chladni.engine.plan.Epilogue;
import chladni.engine.plan.Format;
import chladni.engine.plan.Instr;
import chladni.engine.plan.Layout;
import chladni.engine.plan.Load;
import chladni.engine.plan.MemoryPlan;
import chladni.engine.plan.OpStep;
import chladni.engine.plan.Place;
import chladni.engine.plan.Plan;
import chladni.engine.plan.ReductionStep;
import chladni.engine.plan.Space;
import chladni.engine.plan.Step;
import chladni.engine.plan.View;
import chladni.engine.plan.Write;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs a plan in doubles, exactly whatever the format. The arena is one array in which everything
 * that is not alive is NaN, so a wrong lifetime shows in the results; an element of 32 bits takes
 * two places of it and one of 16 bits takes one, so a wrong size shows too.
 */
final class PlanInterpreter implements AutoCloseable {
  /** A packed buffer lies backwards behind so much padding. */
  private static final int PADDING = 7;

  private final Plan plan;
  private final MemoryPlan memory;
  private final Backend backend;
  private final Store store;
  private final double[] arena;
  private final Map<Place, double[]> places = new HashMap<>();
  private final Map<OpStep, SingleOp> operations = new HashMap<>();
  private final int[] lastUse;

  /**
   * @param backend for single operations
   * @param store holds the variables
   */
  PlanInterpreter(Plan plan, Backend backend, Store store) {
    this.plan = plan;
    this.backend = backend;
    this.store = store;
    this.memory = plan.memory(b -> 8L * length(b) * places(b));
    this.arena = new double[(int) (memory.bytes() / 8)];
    this.lastUse = new int[plan.buffers().size()];
    for (int i = 0; i < plan.steps().size(); i++) {
      for (Buffer b : plan.steps().get(i).reads()) {
        lastUse[b.id()] = i;
      }
      for (Buffer b : plan.steps().get(i).writes()) {
        lastUse[b.id()] = i;
      }
    }
    plan.inputs().values().forEach(this::own);
    plan.outputs().values().forEach(this::own);
    plan.variables().values().forEach(this::own);
  }

  private void own(Buffer buffer) {
    double[] bytes = new double[length(buffer)];
    Arrays.fill(bytes, Double.NaN);
    places.put(buffer.place(), bytes);
  }

  MemoryPlan memory() {
    return memory;
  }

  static int length(Buffer buffer) {
    int n = (int) buffer.type().shape().elements();
    return buffer.layout() == Layout.PACKED ? n + PADDING : n;
  }

  void write(String input, double[] values) {
    System.arraycopy(values, 0, places.get(new Place.OfInput(input)), 0, values.length);
  }

  double[] read(String output) {
    return places.get(new Place.OfOutput(output)).clone();
  }

  void run() {
    Arrays.fill(arena, Double.NaN);
    plan.variables().forEach((name, b) -> set(b, fromStore(name, b)));
    for (int i = 0; i < plan.steps().size(); i++) {
      Step step = plan.steps().get(i);
      switch (step) {
        case ElementwiseStep s ->
            kernel(s.space(), null, null, s.loads(), s.instrs(), s.writesTo());
        case ReductionStep s ->
            kernel(s.space(), s.reduced(), s.kind(), s.loads(), s.instrs(), s.writesTo());
        case OpStep s -> operation(s);
        case CopyStep s -> set(s.to(), logical(s.from()));
      }
      poison(i);
    }
    plan.variables().forEach((name, b) -> toStore(name, logical(b), b.type().dtype()));
  }

  private double[] fromStore(String name, Buffer b) {
    return b.type().dtype() == DType.FLOAT
        ? store.doubles(name)
        : Arrays.stream(store.ints(name)).asDoubleStream().toArray();
  }

  private void toStore(String name, double[] values, DType dtype) {
    if (dtype == DType.FLOAT) {
      store.set(name, values);
    } else {
      store.set(name, Arrays.stream(values).mapToInt(v -> (int) v).toArray());
    }
  }

  /** What died in this step becomes NaN, unless something alive lies there. */
  private void poison(int step) {
    for (Buffer b : plan.buffers()) {
      if (memory.offset(b) < 0 || b.root() != b || lastUse[b.id()] != step) {
        continue;
      }
      boolean reused =
          plan.steps().get(step).writes().stream()
              .anyMatch(w -> lastUse[w.id()] > step && memory.offset(w) == memory.offset(b));
      if (!reused) {
        int at = (int) (memory.offset(b) / 8);
        Arrays.fill(arena, at, at + length(b) * places(b), Double.NaN);
      }
    }
  }

  private double[] bytes(Buffer b) {
    return b.root().place() instanceof Place.Arena ? arena : places.get(b.root().place());
  }

  /** What an element takes of the arena. */
  private static int places(Buffer b) {
    return b.format().bytes() / Format.BFLOAT16.bytes();
  }

  /** Where an element lies in {@link #bytes}. */
  private int index(Buffer b, int element) {
    return b.root().place() instanceof Place.Arena
        ? (int) (memory.offset(b) / 8) + element * places(b)
        : element;
  }

  private void kernel(
      int[] space,
      boolean[] reduced,
      ReductionStep.Kind kind,
      List<Load> loads,
      List<Instr> instrs,
      List<Write> writes) {
    int[] extents = space.clone();
    if (space.length == 1 && space[0] == Space.FAMILY) {
      extents[0] = length(writes.get(0).to().buffer());
    }
    int points = Arrays.stream(extents).reduce(1, (a, b) -> a * b);
    double[][] registers = new double[loads.size() + instrs.size()][];
    for (int i = 0; i < loads.size(); i++) {
      registers[i] = gather(loads.get(i), extents, points);
    }
    for (Instr instr : instrs) {
      registers[instr.dst()] =
          Arithmetic.apply(
              instr.op(),
              points,
              instr.a() < 0 ? null : registers[instr.a()],
              instr.b() < 0 ? null : registers[instr.b()],
              instr.c() < 0 ? null : registers[instr.c()]);
    }
    for (Write write : writes) {
      scatter(write, extents, points, reduced, kind, registers[write.register()]);
    }
  }

  private static long position(View view, int[] extents, int point) {
    long at = view.offset();
    for (int axis = extents.length - 1; axis >= 0; axis--) {
      at += point % extents[axis] * view.strides()[axis];
      point /= extents[axis];
    }
    return at;
  }

  private double[] gather(Load load, int[] extents, int points) {
    double[] values = new double[points];
    switch (load) {
      case Load.Constant(double value) -> Arrays.fill(values, value);
      case View view -> {
        double[] from = bytes(view.buffer());
        for (int p = 0; p < points; p++) {
          long at = position(view, extents, p);
          if (at < 0 || at >= length(view.buffer())) {
            throw new AssertionError(view + " leaves its buffer at " + at);
          }
          values[p] = from[index(view.buffer(), (int) at)];
        }
      }
    }
    return values;
  }

  private void scatter(
      Write write,
      int[] extents,
      int points,
      boolean[] reduced,
      ReductionStep.Kind kind,
      double[] values) {
    View view = write.to();
    double[] to = bytes(view.buffer());
    boolean[] begun = new boolean[length(view.buffer())];
    for (int p = 0; p < points; p++) {
      int at = (int) position(view, extents, p);
      int i = index(view.buffer(), at);
      if (!begun[at]) {
        to[i] = values[p];
        begun[at] = true;
      } else if (reduced == null) {
        throw new AssertionError(view + " writes one element twice");
      } else {
        to[i] = kind == ReductionStep.Kind.SUM ? to[i] + values[p] : Math.max(to[i], values[p]);
      }
    }
  }

  private void operation(OpStep step) {
    Node node = step.node();
    double[][] in = new double[step.inputs().size()][];
    for (int i = 0; i < in.length; i++) {
      Buffer b = step.inputs().get(i);
      if (!b.type().equals(node.input(i).type())) {
        throw new AssertionError("operand " + i + " of " + node + " has type " + b.type());
      }
      in[i] = logical(b);
    }
    double[] out = operations.computeIfAbsent(step, s -> new SingleOp(backend, s.node())).apply(in);
    int[] dims = node.shape().dims();
    int inner = Arrays.stream(dims).skip(2).reduce(1, (a, b) -> a * b);
    for (Epilogue e : step.epilogue()) {
      double[] values = new double[out.length];
      if (e.operand() != null) {
        double[] channels = logical(e.operand());
        for (int i = 0; i < values.length; i++) {
          values[i] = channels[i / inner % dims[1]];
        }
      }
      out = Arithmetic.apply(e.op(), out.length, out, values, null);
    }
    set(step.output(), out);
  }

  /** The values of a buffer in row-major order. */
  private double[] logical(Buffer b) {
    int[] map = physical(b);
    double[] values = new double[map.length];
    for (int i = 0; i < map.length; i++) {
      values[i] = bytes(b)[index(b, map[i])];
    }
    return values;
  }

  private void set(Buffer b, double[] values) {
    int[] map = physical(b);
    for (int i = 0; i < length(b); i++) {
      bytes(b)[index(b, i)] = 0;
    }
    for (int i = 0; i < map.length; i++) {
      bytes(b)[index(b, map[i])] = values[i];
    }
  }

  /** Where each element in row-major order lies. */
  private static int[] physical(Buffer b) {
    int n = (int) b.type().shape().elements();
    int[] map = new int[n];
    int[] d = b.type().shape().dims();
    for (int i = 0; i < n; i++) {
      map[i] =
          switch (b.layout()) {
            case ROW_MAJOR -> i;
            case PACKED -> n + PADDING - 1 - i;
            case CHANNELS_LAST -> {
              int w = i % d[3];
              int h = i / d[3] % d[2];
              int c = i / d[3] / d[2] % d[1];
              int image = i / d[3] / d[2] / d[1];
              yield ((image * d[2] + h) * d[3] + w) * d[1] + c;
            }
          };
    }
    return map;
  }

  @Override
  public void close() {
    operations.values().forEach(SingleOp::close);
  }
}

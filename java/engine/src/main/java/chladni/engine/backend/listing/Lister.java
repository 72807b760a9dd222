package chladni.engine.backend.listing;

import chladni.engine.backend.Listing;
import chladni.engine.backend.Listing.Kind;
import chladni.engine.backend.Listing.Place;
import chladni.engine.backend.Listing.Tensor;
import chladni.engine.backend.Listing.Work;
import chladni.engine.graph.Node;
import chladni.engine.graph.Product;
import chladni.engine.plan.Buffer;
import chladni.engine.plan.CopyStep;
import chladni.engine.plan.ElementwiseStep;
import chladni.engine.plan.Instr;
import chladni.engine.plan.Load;
import chladni.engine.plan.OpStep;
import chladni.engine.plan.ReductionStep;
import chladni.engine.plan.Space;
import chladni.engine.plan.Step;
import chladni.engine.plan.View;
import chladni.engine.plan.Write;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Lists the steps of a plan: what every backend that follows one has in common. */
public final class Lister {
  /** What a backend knows of a buffer. */
  public interface Buffers {
    Place place(Buffer buffer);

    /** As {@link Tensor#layout} has it. */
    String layout(Buffer buffer);

    /** The physical size. */
    long bytes(Buffer buffer);
  }

  private final Buffers buffers;
  private final Map<Buffer, Tensor> elsewhere;

  public Lister(Buffers buffers) {
    this(buffers, Map.of());
  }

  private Lister(Buffers buffers, Map<Buffer, Tensor> elsewhere) {
    this.buffers = buffers;
    this.elsewhere = elsewhere;
  }

  /** For a step that takes or leaves some buffers as other tensors than the plan's. */
  public Lister with(Map<Buffer, Tensor> others) {
    return new Lister(buffers, others);
  }

  /** A step that runs as the plan has it. */
  public Listing.Step step(Step step, String implementation) {
    return switch (step) {
      case OpStep s -> operation(s, implementation);
      case ElementwiseStep s -> {
        long flops = s.instrs().size() * points(s.space(), s.loads(), s.writesTo());
        Kind kind = kind(s.loads(), s.instrs(), s.writesTo());
        yield kernel(s, kind, implementation, s.space(), s.loads(), s.writesTo(), flops);
      }
      case ReductionStep s -> {
        long each = s.instrs().size() + s.writesTo().size();
        long flops = each * points(s.space(), s.loads(), s.writesTo());
        Kind kind = Kind.REDUCTION;
        yield kernel(s, kind, implementation, s.space(), s.loads(), s.writesTo(), flops);
      }
      case CopyStep s -> {
        Tensor from = tensor(s.from());
        Tensor to = tensor(s.to());
        Kind kind = from.layout().equals(to.layout()) ? Kind.COPY : Kind.REORDER;
        Work work = new Work(0, 0, from.bytes(), to.bytes());
        yield listed(s, kind, implementation, List.of(from), List.of(to), work);
      }
    };
  }

  /** A buffer as an operand or a result. */
  public Tensor tensor(Buffer buffer) {
    Tensor other = elsewhere.get(buffer);
    return other != null
        ? other
        : new Tensor(
            buffer.label(), buffers.layout(buffer), buffers.place(buffer), buffers.bytes(buffer));
  }

  private Listing.Step operation(OpStep s, String implementation) {
    boolean product = s.op() instanceof Product;
    long flops = s.op().flops(s.node());
    long epilogue =
        s.epilogue().stream().mapToLong(e -> e.node().op().flops(e.node())).sum();
    List<Tensor> reads =
        Stream.concat(
                s.inputs().stream(),
                s.epilogue().stream().map(e -> e.operand()).filter(b -> b != null))
            .distinct()
            .map(this::tensor)
            .toList();
    Tensor to = tensor(s.output());
    Work work =
        new Work(
            product ? flops : 0,
            product ? epilogue : flops + epilogue,
            reads.stream().mapToLong(Tensor::bytes).sum(),
            to.bytes());
    Kind kind = product ? Kind.PRODUCT : Kind.OPERATION;
    return listed(s, kind, implementation, reads, List.of(to), work);
  }

  private Listing.Step kernel(
      Step step,
      Kind kind,
      String implementation,
      int[] space,
      List<Load> loads,
      List<Write> writes,
      long flops) {
    List<View> from =
        loads.stream().filter(View.class::isInstance).map(View.class::cast).distinct().toList();
    List<View> to = writes.stream().map(Write::to).toList();
    Work work = new Work(0, flops, touched(from, space), touched(to, space));
    return listed(step, kind, implementation, tensors(from), tensors(to), work);
  }

  private static Listing.Step listed(
      Step step,
      Kind kind,
      String implementation,
      List<Tensor> reads,
      List<Tensor> writes,
      Work work) {
    List<String> nodes = step.nodes().stream().map(Node::toString).toList();
    return new Listing.Step(kind, step.label(), nodes, implementation, reads, writes, work);
  }

  private List<Tensor> tensors(List<View> views) {
    return views.stream().map(View::buffer).distinct().map(this::tensor).toList();
  }

  /** A kernel without instructions only moves, and reorders when it walks its ends differently. */
  private static Kind kind(List<Load> loads, List<Instr> instrs, List<Write> writes) {
    if (!instrs.isEmpty()) {
      return Kind.ELEMENTWISE;
    }
    for (Write write : writes) {
      View to = write.to();
      if (loads.get(write.register()) instanceof View from
          && from.buffer().layout() != to.buffer().layout()
          && !sameOrder(from.strides(), to.strides())) {
        return Kind.REORDER;
      }
    }
    return Kind.COPY;
  }

  private static boolean sameOrder(long[] from, long[] to) {
    for (int i = 0; i < from.length; i++) {
      for (int j = i + 1; j < from.length; j++) {
        boolean repeats = from[i] == 0 || from[j] == 0;
        if (!repeats && from[i] > from[j] != to[i] > to[j]) {
          return false;
        }
      }
    }
    return true;
  }

  /** For a family, the logical points. */
  private static long points(int[] space, List<Load> loads, List<Write> writes) {
    if (space.length == 1 && space[0] == Space.FAMILY) {
      return Stream.concat(
              writes.stream().map(Write::to),
              loads.stream().filter(View.class::isInstance).map(View.class::cast))
          .mapToLong(v -> v.buffer().type().shape().elements())
          .max()
          .orElseThrow();
    }
    long points = 1;
    for (int extent : space) {
      points *= extent;
    }
    return points;
  }

  /** Bytes of these views, no part of a buffer twice. */
  private long touched(List<View> views, int[] space) {
    Map<Buffer, Long> elements = new LinkedHashMap<>();
    for (View view : views) {
      long n = 1;
      for (int a = 0; a < space.length; a++) {
        boolean all = space[a] == Space.FAMILY;
        n *= view.strides()[a] == 0 ? 1 : all ? elements(view.buffer()) : space[a];
      }
      elements.merge(view.buffer(), n, Long::sum);
    }
    return elements.entrySet().stream()
        .mapToLong(
            e -> {
              long whole = elements(e.getKey());
              return buffers.bytes(e.getKey()) * Math.min(e.getValue(), whole) / whole;
            })
        .sum();
  }

  private static long elements(Buffer buffer) {
    return buffer.type().shape().elements();
  }
}

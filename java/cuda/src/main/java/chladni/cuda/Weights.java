package chladni.cuda;

import chladni.engine.backend.Listing;
import chladni.engine.graph.Conv2d;
import chladni.engine.graph.ConvTranspose2d;
import chladni.engine.graph.MatMul;
import chladni.engine.plan.Buffer;
import chladni.engine.plan.ElementwiseStep;
import chladni.engine.plan.Format;
import chladni.engine.plan.Layout;
import chladni.engine.plan.OpStep;
import chladni.engine.plan.Place;
import chladni.engine.plan.Step;
import chladni.engine.plan.View;
import chladni.engine.plan.Write;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Weights as products take them: in the format of the other operand, which a plan leaves to the
 * backend, and those of convolutions with their channels innermost.
 *
 * <p>A variable has its bfloat16 beside it. The kernel that writes the variable stores this copy in
 * the same pass, and a run that finds it stale begins by making it again. A weight that is
 * computed, or lies row-major, is converted before each product.
 */
final class Weights {
  /** How many results a fused kernel has at most. */
  private static final int MAX_WRITES = 8;

  private final CudaLowering lowering;
  private final FusedLaunches fused;
  private final Binding binding;
  private final Map<String, Copy> copies = new LinkedHashMap<>();

  /** A variable and its bfloat16, which lies in the same order. */
  private record Copy(Buffer of, Buffer half) {}

  Weights(CudaLowering lowering, FusedLaunches fused, Binding binding, List<Step> steps) {
    this.lowering = lowering;
    this.fused = fused;
    this.binding = binding;
    for (Step step : steps) {
      if (step instanceof OpStep op && isMixed(op) && !isTurned(op)) {
        Buffer weight = op.inputs().get(1).root();
        String variable = Binding.variable(weight);
        if (variable != null) {
          Buffer half = beside(weight, weight.layout(), Format.BFLOAT16, weight.place());
          copies.putIfAbsent(variable, new Copy(weight, half));
        }
      }
    }
  }

  private static boolean isMixed(OpStep step) {
    return switch (step.op()) {
      case Conv2d _, ConvTranspose2d _, MatMul _ ->
          step.inputs().get(0).format() != step.inputs().get(1).format();
      default -> false;
    };
  }

  /** Whether it is a convolution whose weight must be brought into another order. */
  private boolean isTurned(OpStep step) {
    return !(step.op() instanceof MatMul) && !binding.isChannelsLast(step.inputs().get(1));
  }

  /** A buffer that the plan does not have; the ids of the plan's are not negative. */
  static Buffer beside(Buffer of, Layout layout, Format format, Place place) {
    return new Buffer(-1 - of.id(), of.type(), layout, format, place, of.label(), of.family());
  }

  /** The right operand of a product, after what brings it there. */
  Operand taken(OpStep step) {
    Buffer weight = step.inputs().get(1);
    boolean turned = isTurned(step);
    if (!turned && !isMixed(step)) {
      return lowering.given(weight);
    }
    Copy copy = copies.get(Binding.variable(weight));
    if (!turned && copy != null) {
      lowering.list(weight, lowering.tensor(copy.half));
      return lowering.given(copy.half);
    }
    Layout layout = turned ? Layout.CHANNELS_LAST : weight.layout();
    Operand converted = temporary(weight, layout, step.inputs().get(0).format());
    fused.convert(lowering.given(weight), converted);
    return converted;
  }

  /** Where the gradient of a weight goes, before {@link #settle}. */
  Operand unsettled(Buffer gradient) {
    return binding.isChannelsLast(gradient)
        ? lowering.given(gradient)
        : temporary(gradient, Layout.CHANNELS_LAST, gradient.format());
  }

  /** Brings the gradient of a weight to where the plan has it. */
  void settle(Operand gradient, Buffer planned) {
    if (gradient.buffer() != planned) {
      fused.convert(gradient, lowering.given(planned));
    }
  }

  private Operand temporary(Buffer of, Layout layout, Format format) {
    return lowering.temporary(beside(of, layout, format, new Place.Arena()));
  }

  /** A step that also stores the copies of the variables that it writes, if it can. */
  Step withCopies(Step step) {
    return step instanceof ElementwiseStep kernel ? withCopies(kernel) : step;
  }

  /** A kernel that also stores the copies of the variables that it writes, if it has room. */
  ElementwiseStep withCopies(ElementwiseStep s) {
    List<Write> writes = new ArrayList<>(s.writesTo());
    for (Write write : s.writesTo()) {
      View to = write.to();
      Copy copy = copies.get(Binding.variable(to.buffer()));
      if (copy != null) {
        writes.add(new Write(write.register(), new View(copy.half, to.offset(), to.strides())));
      }
    }
    return writes.size() == s.writesTo().size() || writes.size() > MAX_WRITES
        ? s
        : new ElementwiseStep(s.label(), s.nodes(), s.space(), s.loads(), s.instrs(), writes);
  }

  /** Makes the copies of variables that a step has written without them. */
  void follow(Step step) {
    for (Buffer written : step.writes()) {
      Copy copy = copies.get(Binding.variable(written));
      if (copy != null && !step.writes().contains(copy.half)) {
        fused.convert(lowering.given(copy.of), lowering.given(copy.half));
      }
    }
  }

  /** What brings the copies up to date, each listed ahead of the steps of a run. */
  List<Rounding> before() {
    List<Rounding> all = new ArrayList<>();
    copies.forEach(
        (variable, copy) -> {
          Launch launch =
              fused.conversion(lowering.given(copy.of), lowering.given(copy.half));
          all.add(new Rounding(variable, launch));
          Listing.Tensor from = lowering.tensor(copy.of);
          Listing.Tensor to = lowering.tensor(copy.half);
          lowering.addIfStale(
              launch,
              new Listing.Step(
                  Listing.Kind.PACK,
                  "variable '" + variable + "'",
                  List.of(),
                  "pack if changed fused",
                  List.of(from),
                  List.of(to),
                  new Listing.Work(0, 0, from.bytes(), to.bytes())));
        });
    return all;
  }

  /** Bytes of the copies that the program's products read. */
  long copyBytes() {
    return copies.values().stream().mapToLong(copy -> Binding.sizeOf(copy.half)).sum();
  }
}

package chladni.cuda;

import chladni.engine.plan.Buffer;
import chladni.engine.plan.ElementwiseStep;
import chladni.engine.plan.Epilogue;
import chladni.engine.plan.Instr;
import chladni.engine.plan.Load;
import chladni.engine.plan.ReductionStep;
import chladni.engine.plan.Space;
import chladni.engine.plan.View;
import chladni.engine.plan.Write;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToLongFunction;

/** Fused kernels of a plan as launches of kernels/cuda/fused.cu. */
final class FusedLaunches {
  private static final int BLOCK = 256;

  /** The threads of reduce_block, which its shared memory is made for. */
  private static final int REDUCE_BLOCK = 128;

  /** Up to so many terms one thread sums alone; more are worth a block. */
  private static final int THREAD_TERMS = 256;

  private static final int MAX_PARTS = 64;
  private static final int MAX_GRID = 65_535;

  private final CudaLowering lowering;
  private final Binding binding;

  FusedLaunches(CudaLowering lowering, Binding binding) {
    this.lowering = lowering;
    this.binding = binding;
  }

  void elementwise(ElementwiseStep s) {
    long[] space = space(s.space(), s.writesTo());
    lowering.add(
        elementwise(space, s.loads(), s.instrs(), s.writesTo(), binding::address));
  }

  /** Several at once: a table of them in device memory, and the first block of each. */
  void batch(List<ElementwiseStep> steps) {
    byte[] table = new byte[steps.size() * FusedArgument.BYTES];
    int[] firstBlock = new int[steps.size() + 1];
    for (int i = 0; i < steps.size(); i++) {
      ElementwiseStep s = steps.get(i);
      long[] space = space(s.space(), s.writesTo());
      byte[] one =
          FusedArgument.of(space, s.loads(), s.instrs(), s.writesTo(), binding::address);
      System.arraycopy(one, 0, table, i * one.length, one.length);
      firstBlock[i + 1] = firstBlock[i] + lowering.blocks(points(space), BLOCK);
    }
    Launch launch =
        lowering.launch(
            "fused_multi",
            firstBlock[steps.size()],
            1,
            BLOCK,
            new Launch.Arguments()
                .longs(lowering.table(table), lowering.table(firstBlock))
                .ints(steps.size()));
    lowering.add(launch, "fused, %d steps".formatted(steps.size()));
  }

  private static long points(long[] space) {
    return Arrays.stream(space).reduce(1, Math::multiplyExact);
  }

  private Launch elementwise(
      long[] space,
      List<Load> loads,
      List<Instr> instrs,
      List<Write> writes,
      ToLongFunction<View> address) {
    byte[] fused = FusedArgument.of(space, loads, instrs, writes, address);
    return lowering.launch(
        "fused", points(space), BLOCK, new Launch.Arguments().struct(fused));
  }

  /** The same values in another format, or weights of convolutions in another order, or both. */
  void convert(Operand from, Operand to) {
    lowering.add(conversion(from, to));
  }

  Launch conversion(Operand from, Operand to) {
    Buffer source = from.buffer();
    boolean turns =
        source.type().shape().rank() == 4
            && binding.isChannelsLast(source) != binding.isChannelsLast(to.buffer());
    long[] space =
        turns
            ? Arrays.stream(source.type().shape().dims()).asLongStream().toArray()
            : new long[] {Binding.elements(source)};
    View read = new View(source, 0, turns ? binding.strides(source) : new long[] {1});
    View written = new View(to.buffer(), 0, turns ? binding.strides(to.buffer()) : read.strides());
    return elementwise(
        space,
        List.of(read),
        List.of(),
        List.of(new Write(0, written)),
        view -> view == read ? from.address() : to.address());
  }

  void reduction(ReductionStep s) {
    long[] space = space(s.space(), s.writesTo());
    int mask = 0;
    long kept = 1;
    long terms = 1;
    for (int a = 0; a < space.length; a++) {
      if (s.reduced()[a]) {
        mask |= 1 << a;
        terms *= space[a];
      } else {
        kept *= space[a];
      }
    }
    int max = s.kind() == ReductionStep.Kind.MAX ? 1 : 0;
    byte[] fused =
        FusedArgument.of(space, s.loads(), s.instrs(), s.writesTo(), binding::address);
    if (terms <= THREAD_TERMS) {
      Launch.Arguments arguments =
          new Launch.Arguments().struct(fused).ints(mask, max).longs(kept, terms);
      lowering.add(lowering.launch("reduce_thread", kept, BLOCK, arguments));
      return;
    }
    // The number of parts depends on sizes alone, so that every card sums in one order.
    int parts = (int) Math.max(1, Math.min(MAX_PARTS / Math.min(kept, MAX_PARTS), terms / 2048));
    long partial = lowering.scratch(kept * parts * s.writesTo().size() * Double.BYTES);
    lowering.add(
        lowering.launch(
            "reduce_block",
            (int) Math.min(kept, MAX_GRID),
            parts,
            REDUCE_BLOCK,
            new Launch.Arguments()
                .struct(fused)
                .ints(mask, max)
                .longs(kept, terms, partial)));
    lowering.add(
        lowering.launch(
            "reduce_finish",
            kept,
            BLOCK,
            new Launch.Arguments()
                .struct(fused)
                .ints(mask, max)
                .longs(kept)
                .ints(parts)
                .longs(partial)));
  }

  /**
   * What follows a product, as a pass over its result: channels innermost in both layouts.
   *
   * @param product where the product left it in 32 bits; may be the address of the result
   */
  void epilogue(long product, Buffer result, List<Epilogue> epilogue) {
    long channels = result.type().shape().dim(1);
    long rows = Binding.elements(result) / channels;
    View from = new View(result, 0, new long[] {channels, 1});
    View to = new View(result, 0, new long[] {channels, 1});
    List<Load> loads = new ArrayList<>(List.of(from));
    epilogue.stream()
        .filter(e -> e.operand() != null)
        .forEach(e -> loads.add(new View(e.operand(), 0, new long[] {0, 1})));
    List<Instr> instrs = new ArrayList<>();
    int value = 0;
    int operand = 1;
    for (Epilogue e : epilogue) {
      int dst = loads.size() + instrs.size();
      instrs.add(new Instr(e.op(), dst, value, e.operand() == null ? -1 : operand++, -1));
      value = dst;
    }
    lowering.add(
        elementwise(
            new long[] {rows, channels},
            loads,
            instrs,
            List.of(new Write(value, to)),
            view -> view == from ? product : binding.address(view)));
  }

  /** The extents, with the size of the family where the plan leaves it open. */
  private static long[] space(int[] space, List<Write> writes) {
    long family = Binding.elements(writes.getFirst().to().buffer());
    return Arrays.stream(space).mapToLong(n -> n == Space.FAMILY ? family : n).toArray();
  }
}

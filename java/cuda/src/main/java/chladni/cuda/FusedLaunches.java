package chladni.cuda;

import chladni.engine.plan.Buffer;
import chladni.engine.plan.ElementwiseStep;
import chladni.engine.plan.Epilogue;
import chladni.engine.plan.Format;
import chladni.engine.plan.Instr;
import chladni.engine.plan.Load;
import chladni.engine.plan.OpStep;
import chladni.engine.plan.ReductionStep;
import chladni.engine.plan.View;
import chladni.engine.plan.Write;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * Fused kernels of a plan as launches of kernels/cuda/fused.cu and programs.cu: compiled where
 * kernels/cuda/programs.h has the program, else interpreted, with the same bits.
 */
final class FusedLaunches {
  private static final System.Logger LOG = System.getLogger("chladni.cuda");

  private static final String ANY = "fused_any";

  /** One point for each thread. */
  private static final String WIDE = "fused_wide";

  /** The threads of each block. */
  private static final int BLOCK = 128;

  /** Blocks that fill a card, several for each multiprocessor. */
  private static final int FULL = 512;

  /** What a thread of a reduction shall add at least before others join it. */
  private static final int THREAD_TERMS = 8;

  private static final int MAX_PARTS = 128;

  /** Kept points that are neighbours and make whole lines of the cache. */
  private static final int KEPT_LANES = 32;

  private final CudaLowering lowering;
  private final Binding binding;

  /** For whoever suspects a compiled kernel, and for the test that compares both. */
  private final boolean interpret = Boolean.getBoolean("chladni.cuda.interpret");

  FusedLaunches(CudaLowering lowering, Binding binding) {
    this.lowering = lowering;
    this.binding = binding;
  }

  void elementwise(ElementwiseStep s) {
    elementwise(argument(s));
  }

  private FusedArgument argument(ElementwiseStep s) {
    return new FusedArgument(
        FusedSpace.of(s.space(), s.writesTo()),
        s.loads(),
        s.instrs(),
        s.writesTo(),
        binding::address);
  }

  private void elementwise(FusedArgument argument) {
    String kernel = kernel(argument);
    boolean interpreted = kernel.equals(ANY) || kernel.equals(WIDE);
    lowering.addLaunch(
        name("fused", argument, interpreted), () -> launch(kernel, argument));
  }

  private String kernel(FusedArgument argument) {
    String compiled = "fused_" + argument.program().number();
    if (argument.narrow() && compiled(compiled)) {
      return compiled;
    }
    boolean quads =
        argument.narrow() && argument.program().registers() <= FusedProgram.QUAD_REGISTERS;
    return quads ? ANY : WIDE;
  }

  private Launch launch(String kernel, FusedArgument argument) {
    int width = kernel.equals(WIDE) ? 1 : FusedArgument.QUAD;
    return lowering.launch(
        kernel,
        Math.ceilDiv(argument.space().points(), (long) width),
        BLOCK,
        new Launch.Arguments().struct(argument.bytes(width)));
  }

  private boolean compiled(String kernel) {
    return !interpret && lowering.has(kernel);
  }

  /** As the listing has it. */
  private static String name(String sort, FusedArgument argument, boolean interpreted) {
    if (interpreted) {
      LOG.log(
          System.Logger.Level.DEBUG,
          "{0} points interpreted, not in programs.h: {1}",
          argument.space().points(),
          argument.program().line("CHL_" + sort.toUpperCase(Locale.ROOT)));
    }
    return interpreted ? sort + " interpreted" : sort;
  }

  /**
   * Whether a kernel for several spaces takes it: one of a single axis, as weights and statistics
   * have; what needs more registers is small and rare.
   */
  static boolean canBatch(ElementwiseStep s) {
    return s.space().length <= 1
        && FusedProgram.of(s).registers() <= FusedProgram.QUAD_REGISTERS
        && FusedArgument.narrow(FusedSpace.of(s.space(), s.writesTo()), s.loads(), s.writesTo());
  }

  /**
   * Several of one program at once, all {@link #canBatch}: a table of them in device memory, and
   * the first block of each.
   */
  void batch(List<ElementwiseStep> steps) {
    byte[] table = new byte[steps.size() * FusedArgument.BYTES];
    int[] firstBlock = new int[steps.size() + 1];
    for (int i = 0; i < steps.size(); i++) {
      FusedArgument argument = argument(steps.get(i));
      byte[] one = argument.bytes(FusedArgument.QUAD);
      System.arraycopy(one, 0, table, i * one.length, one.length);
      long quads = Math.ceilDiv(argument.space().points(), (long) FusedArgument.QUAD);
      firstBlock[i + 1] = firstBlock[i] + lowering.blocks(quads, BLOCK);
    }
    FusedArgument first = argument(steps.getFirst());
    String compiled = "fused_" + first.program().number() + "_multi";
    boolean interpreted = !compiled(compiled);
    Launch launch =
        lowering.launch(
            interpreted ? ANY + "_multi" : compiled,
            firstBlock[steps.size()],
            1,
            BLOCK,
            new Launch.Arguments()
                .longs(lowering.table(table), lowering.table(firstBlock))
                .ints(steps.size()));
    lowering.addLaunch(
        "%s, %d steps".formatted(name("fused", first, interpreted), steps.size()), () -> launch);
  }

  /** The same values in another format, or weights of convolutions in another order, or both. */
  void convert(Operand from, Operand to) {
    lowering.addLaunch("fused", () -> conversion(from, to));
  }

  Launch conversion(Operand from, Operand to) {
    Buffer source = from.buffer();
    boolean turns =
        source.type().shape().rank() == 4
            && binding.isChannelsLast(source) != binding.isChannelsLast(to.buffer());
    int[] space =
        turns
            ? source.type().shape().dims()
            : new int[] {Math.toIntExact(Binding.elements(source))};
    View read = new View(source, 0, turns ? binding.strides(source) : new long[] {1});
    View written = new View(to.buffer(), 0, turns ? binding.strides(to.buffer()) : read.strides());
    List<Write> writes = List.of(new Write(0, written));
    FusedArgument argument =
        new FusedArgument(
            FusedSpace.of(space, writes),
            List.of(read),
            List.of(),
            writes,
            view -> view == read ? from.address() : to.address());
    return launch(kernel(argument), argument);
  }

  void reduction(ReductionStep s) {
    FusedSpace space = FusedSpace.of(s.space(), s.reduced(), s.writesTo());
    FusedArgument argument =
        new FusedArgument(space, s.loads(), s.instrs(), s.writesTo(), binding::address);
    String compiled = "reduce_" + argument.program().number();
    boolean interpreted = !argument.narrow() || !compiled(compiled);
    String kernel =
        !interpreted ? compiled : argument.narrow() ? "reduce_any" : "reduce_wide";

    // All of this depends on sizes alone, so that every card adds in one order.
    long kept = space.keptPoints();
    long terms = space.terms();
    int keptLanes =
        space.innermostGoes()
            ? BLOCK / powerOfTwo(Math.ceilDiv(terms, (long) THREAD_TERMS), BLOCK)
            : powerOfTwo(kept, terms < THREAD_TERMS ? BLOCK : KEPT_LANES);
    int lanes = BLOCK / keptLanes;
    long tiles = Math.ceilDiv(kept, (long) keptLanes);
    int parts =
        Math.clamp(Math.min(FULL / tiles, terms / lanes / THREAD_TERMS), 1, MAX_PARTS);
    int stores = s.writesTo().size();
    LongSupplier partial =
        parts == 1
            ? () -> 0
            : lowering.scratch(tiles * parts * stores * keptLanes * Double.BYTES);
    long arrived = parts == 1 ? 0 : lowering.table(new int[Math.toIntExact(tiles)]);
    boolean max = s.kind() == ReductionStep.Kind.MAX;
    lowering.addLaunch(
        name("reduce", argument, interpreted),
        () ->
            lowering.launch(
                kernel,
                Math.toIntExact(tiles),
                parts,
                BLOCK,
                new Launch.Arguments()
                    .struct(argument.bytes(1))
                    .struct(
                        (int) kept, (int) (kept >>> 32), (int) terms, (int) (terms >>> 32),
                        max ? 1 : 0, keptLanes, space.innermostGoes() ? 1 : 0, 0)
                    .longs(partial.getAsLong(), arrived)));
  }

  /** The least power of two that is at least {@code n}, but not above {@code most}. */
  private static int powerOfTwo(long n, int most) {
    int p = 1;
    while (p < n && p < most) {
      p *= 2;
    }
    return p;
  }

  /** Where a product goes: in 32 bits as long as something follows on it. */
  Operand product(OpStep step) {
    Buffer result = step.output();
    return step.epilogue().isEmpty() || result.format() == Format.SINGLE
        ? lowering.given(result)
        : lowering.temporary(
            Weights.beside(result, result.layout(), Format.SINGLE, result.place()));
  }

  /**
   * What follows a product, as a pass over its result; nothing where nothing does.
   *
   * @param product where the product left it in 32 bits; may be where the result goes
   */
  void epilogue(OpStep step, Operand product) {
    if (!step.epilogue().isEmpty()) {
      epilogue(product, step.output(), step.epilogue());
    }
  }

  /** Channels are innermost in both layouts. */
  private void epilogue(Operand product, Buffer result, List<Epilogue> epilogue) {
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
    List<Write> writes = List.of(new Write(value, to));
    elementwise(
        new FusedArgument(
            FusedSpace.of(
                new int[] {Math.toIntExact(rows), Math.toIntExact(channels)}, writes),
            loads,
            instrs,
            writes,
            view -> view == from ? product.address() : binding.address(view)));
  }
}

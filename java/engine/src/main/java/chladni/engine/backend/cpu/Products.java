package chladni.engine.backend.cpu;

import chladni.engine.backend.Listing;
import chladni.engine.backend.NativeException;
import chladni.engine.backend.ProgramException;
import chladni.engine.graph.Add;
import chladni.engine.graph.Conv2d;
import chladni.engine.graph.ConvTranspose2d;
import chladni.engine.graph.ConvWeightGrad;
import chladni.engine.graph.LeakyRelu;
import chladni.engine.graph.MatMul;
import chladni.engine.graph.Mul;
import chladni.engine.graph.Shape;
import chladni.engine.graph.Sigmoid;
import chladni.engine.graph.Tanh;
import chladni.engine.graph.Window;
import chladni.engine.plan.Buffer;
import chladni.engine.plan.Epilogue;
import chladni.engine.plan.Format;
import chladni.engine.plan.Layout;
import chladni.engine.plan.OpStep;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/**
 * Convolutions and matrix products through oneDNN. A weight is taken as it lies where an optimised
 * implementation reads that layout; else the implementation chooses and a packed copy is kept,
 * which is made again only when the variable has changed; so too where operands are bfloat16.
 */
final class Products {
  private static final int FORWARD = 0;
  private static final int BACKWARD_DATA = 1;
  private static final int BACKWARD_WEIGHTS = 2;
  private static final int TRANSPOSED = 3;

  // Argument numbers of dnnl_types.h.
  private static final int SRC = 1;
  private static final int SRC_1 = 2;
  private static final int DST = 17;
  private static final int WEIGHTS = 33;
  private static final int BIAS = 41;
  private static final int SCRATCHPAD = 80;
  private static final int DIFF_SRC = 129;
  private static final int DIFF_DST = 145;
  private static final int DIFF_WEIGHTS = 161;
  private static final int POST_OP = 32768;

  private final CpuLowering lowering;
  private final Native library;
  private final Binding binding;
  private final Relayout relayout;

  Products(CpuLowering lowering, Relayout relayout) {
    this.lowering = lowering;
    this.relayout = relayout;
    this.library = lowering.library();
    this.binding = lowering.binding();
  }

  void conv2d(OpStep step, Conv2d op) {
    Buffer src = step.inputs().get(0);
    Buffer weight = step.inputs().get(1);
    Words geometry = geometry(src, weight, step.output(), op.window(), op.groups());
    convolution(step, FORWARD, geometry, src, weight);
  }

  /** As a deconvolution where something is fused, else as a convolution's data gradient. */
  void convTranspose2d(OpStep step, ConvTranspose2d op) {
    Buffer src = step.inputs().get(0);
    Buffer weight = step.inputs().get(1);
    int kind = step.epilogue().isEmpty() ? BACKWARD_DATA : TRANSPOSED;
    Words geometry = geometry(step.output(), weight, src, op.window(), op.groups());
    convolution(step, kind, geometry, src, weight);
  }

  private void convolution(OpStep step, int kind, Words geometry, Buffer src, Buffer weight) {
    String subject = step.label();
    Chosen chosen =
        choose(
            step,
            (epilogue, result) ->
                choose(
                    kind,
                    words(kind, src.format(), result, geometry, epilogue),
                    src.format() == weight.format() ? weight : null,
                    subject));
    long layout = lowering.own(library.primitiveWeights(chosen.primitive()));
    Relayout.Taken weights = relayout.weights(weight, layout);
    boolean backward = kind == BACKWARD_DATA;
    Words args =
        new Words()
            .add(backward ? DIFF_DST : SRC, binding.address(src))
            .add(WEIGHTS, weights.address());
    execute(step, chosen, args, backward ? DIFF_SRC : DST, Map.of(weight, weights.listed()));
  }

  void convWeightGrad(OpStep step, ConvWeightGrad op) {
    Buffer src = step.inputs().get(0);
    Buffer dOut = step.inputs().get(1);
    Buffer gradient = step.output();
    Words words = gradientWords(step, op);
    long primitive = choose(BACKWARD_WEIGHTS, words, gradient, step.label());
    long layout = lowering.own(library.primitiveWeights(primitive));
    long wanted = binding.weightLayout(gradient);
    boolean direct = library.layoutEqual(layout, wanted);
    Relayout.Taken to =
        direct ? relayout.asItLies(gradient) : relayout.unsettled(gradient, layout);
    Words args =
        new Words()
            .add(SRC, binding.address(src))
            .add(DIFF_DST, binding.address(dOut))
            .add(DIFF_WEIGHTS, to.address());
    execute(primitive, args, step, Map.of(gradient, to.listed()));
    if (!direct) {
      relayout.settle(to, layout, gradient);
    }
  }

  /** The layout that oneDNN would give the gradient of this step if it were free; the caller's. */
  long gradientLayout(OpStep step) {
    Words words = gradientWords(step, (ConvWeightGrad) step.op());
    long primitive = library.convolutionCreate(lowering.engine(), words, 0, step.label());
    try {
      return library.primitiveWeights(primitive);
    } finally {
      library.primitiveDestroy(primitive);
    }
  }

  /**
   * The implementation's free choice, unless an optimised one exists for the layout in which the
   * weight lies: a slightly slower kernel is cheaper than a copy of weights that change every step.
   *
   * @param weight null where a copy is needed anyway, in another format
   */
  private long choose(int kind, Words words, Buffer weight, String subject) {
    long free = lowering.primitive(library.convolutionCreate(lowering.engine(), words, 0, subject));
    boolean packed = weight != null && weight.layout() == Layout.PACKED;
    if ((kind != FORWARD && kind != BACKWARD_WEIGHTS) || !packed) {
      return free;
    }
    long lies = binding.weightLayout(weight);
    long chosen = library.primitiveWeights(free);
    try {
      if (library.layoutEqual(chosen, lies)) {
        return free;
      }
    } finally {
      library.layoutDestroy(chosen);
    }
    long given;
    try {
      given = library.convolutionCreate(lowering.engine(), words, lies, subject);
    } catch (NativeException e) {
      return free; // No implementation takes this layout: the copy is listed as a step of its own.
    }
    lowering.primitive(given);
    return isReference(given) ? free : given;
  }

  private boolean isReference(long primitive) {
    return library.primitiveImplementation(primitive).contains("ref");
  }

  void matMul(OpStep step, MatMul op) {
    Buffer a = step.inputs().get(0);
    Buffer b = step.inputs().get(1);
    Chosen chosen = choose(step, (epilogue, result) -> matMul(step, op, epilogue, result));
    Relayout.Taken right = relayout.asItLies(b);
    if (a.format() != b.format()) {
      right = relayout.weights(b, lowering.own(library.primitiveWeights(chosen.primitive())));
    }
    Words args = new Words().add(SRC, binding.address(a)).add(WEIGHTS, right.address());
    execute(step, chosen, args, DST, Map.of(b, right.listed()));
  }

  private long matMul(OpStep step, MatMul op, List<Epilogue> epilogue, Format result) {
    Buffer a = step.inputs().get(0);
    Buffer b = step.inputs().get(1);
    Shape sa = a.type().shape();
    Shape out = step.output().type().shape();
    long batch = out.elements() / out.dim(-2) / out.dim(-1);
    Words words =
        new Words()
            .add(a.format())
            .add(result)
            .add(a.format() == b.format() ? 0 : 1)
            .add(batch, out.dim(-2), op.inner(sa), out.dim(-1))
            .add(op.transposeA() ? 1 : 0, op.transposeB() ? 1 : 0);
    posts(words, epilogue);
    return lowering.primitive(library.matmulCreate(lowering.engine(), words, step.label()));
  }

  /** A product's primitive, and whether it also does what follows on the result. */
  private record Chosen(long primitive, boolean fused) {}

  /** What follows is a pass of its own where only a reference implementation would do it too. */
  private Chosen choose(OpStep step, BiFunction<List<Epilogue>, Format, Long> create) {
    long primitive = create.apply(step.epilogue(), step.output().format());
    return step.epilogue().isEmpty() || !isReference(primitive)
        ? new Chosen(primitive, true)
        : new Chosen(create.apply(List.of(), Format.SINGLE), false);
  }

  private void execute(
      OpStep step, Chosen chosen, Words args, int dst, Map<Buffer, Listing.Tensor> elsewhere) {
    Buffer output = step.output();
    if (chosen.fused()) {
      args.add(dst, binding.address(output));
      epilogueArguments(args, step.epilogue());
      execute(chosen.primitive(), args, step, elsewhere);
      return;
    }
    Relayout.Taken product =
        output.format() == Format.SINGLE ? relayout.asItLies(output) : relayout.wide(output);
    args.add(dst, product.address());
    OpStep bare = new OpStep(step.node(), step.inputs(), output, List.of());
    Map<Buffer, Listing.Tensor> all = new HashMap<>(elsewhere);
    all.put(output, product.listed());
    execute(chosen.primitive(), args, bare, all);
    lowering.epilogue(step, product);
  }

  private void execute(
      long primitive, Words args, OpStep step, Map<Buffer, Listing.Tensor> elsewhere) {
    long scratch = library.primitiveScratch(primitive);
    if (scratch > 0) {
      args.add(SCRATCHPAD, lowering.scratch(scratch));
    }
    lowering.primitive(primitive, args, step, elsewhere);
  }

  /** Of the convolution, whichever way it runs: see chl_convolution_create. */
  private static Words geometry(Buffer src, Buffer weight, Buffer dst, Window w, int groups) {
    Shape x = src.type().shape();
    Shape y = dst.type().shape();
    Shape k = weight.type().shape();
    return new Words()
        .add(x.dim(0), x.dim(1), x.dim(2), x.dim(3))
        .add(y.dim(1), y.dim(2), y.dim(3))
        .add(k.dim(2), k.dim(3), groups)
        .add(w.strideH(), w.strideW(), w.dilationH(), w.dilationW())
        .add(w.padTop(), w.padLeft(), w.padBottom(), w.padRight());
  }

  private static Words gradientWords(OpStep step, ConvWeightGrad op) {
    Buffer src = step.inputs().get(0);
    Buffer dOut = step.inputs().get(1);
    Words geometry = geometry(src, step.output(), dOut, op.window(), op.groups());
    return words(BACKWARD_WEIGHTS, src.format(), step.output().format(), geometry, List.of());
  }

  private static Words words(
      int kind, Format operands, Format result, Words geometry, List<Epilogue> epilogue) {
    Words words = new Words().add(kind).add(operands).add(result).add(geometry);
    posts(words, epilogue);
    return words;
  }

  private static void posts(Words words, List<Epilogue> epilogue) {
    boolean bias = FusedWords.startsWithBias(epilogue);
    List<Epilogue> rest = bias ? epilogue.subList(1, epilogue.size()) : epilogue;
    words.add(bias ? 1 : 0, rest.size());
    for (Epilogue e : rest) {
      switch (e.op()) {
        case Mul _ -> words.add(0).number(0);
        case Add _ -> words.add(1).number(0);
        case LeakyRelu(double slope) -> words.add(2).number(slope);
        case Tanh _ -> words.add(3).number(0);
        case Sigmoid _ -> words.add(4).number(0);
        default ->
            throw new ProgramException(
                "plan: %s is no epilogue; it is one of mul, add, leakyRelu, tanh, sigmoid."
                    .formatted(e.op().name()));
      }
    }
  }

  private void epilogueArguments(Words args, List<Epilogue> epilogue) {
    boolean bias = FusedWords.startsWithBias(epilogue);
    if (bias) {
      args.add(BIAS, binding.address(epilogue.getFirst().operand()));
    }
    List<Epilogue> rest = bias ? epilogue.subList(1, epilogue.size()) : epilogue;
    for (int i = 0; i < rest.size(); i++) {
      if (rest.get(i).operand() != null) {
        args.add((long) POST_OP * (i + 1) | SRC_1, binding.address(rest.get(i).operand()));
      }
    }
  }
}

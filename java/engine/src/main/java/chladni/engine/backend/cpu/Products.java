package chladni.engine.backend.cpu;

import chladni.engine.backend.Listing;
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
import chladni.engine.plan.Layout;
import chladni.engine.plan.OpStep;
import java.util.List;
import java.util.Map;

/**
 * Convolutions and matrix products through oneDNN. A weight is taken as it lies where an optimised
 * implementation reads that layout; else the implementation chooses and a packed copy is kept,
 * which is made again only when the variable has changed.
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

  Products(CpuLowering lowering) {
    this.lowering = lowering;
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
    List<Epilogue> epilogue = step.epilogue();
    Words words = words(kind, geometry, epilogue);
    long primitive = choose(kind, words, weight, subject);
    boolean fused = true;
    if (!epilogue.isEmpty() && isReference(primitive)) {
      epilogue = List.of();
      primitive = choose(kind, words(kind, geometry, epilogue), weight, subject);
      fused = false;
    }
    long layout = lowering.own(library.primitiveWeights(primitive));
    CpuLowering.Weights weights = lowering.weights(weight, layout);
    Words args = new Words();
    boolean backward = kind == BACKWARD_DATA;
    args.add(backward ? DIFF_DST : SRC, binding.address(src));
    args.add(WEIGHTS, weights.address());
    args.add(backward ? DIFF_SRC : DST, binding.address(step.output()));
    epilogueArguments(args, epilogue);
    execute(primitive, args, step, fused, Map.of(weight, weights.listed()));
  }

  void convWeightGrad(OpStep step, ConvWeightGrad op) {
    Buffer src = step.inputs().get(0);
    Buffer dOut = step.inputs().get(1);
    Buffer gradient = step.output();
    Words words = words(BACKWARD_WEIGHTS, gradientGeometry(step, op), List.of());
    long primitive = choose(BACKWARD_WEIGHTS, words, gradient, step.label());
    long layout = lowering.own(library.primitiveWeights(primitive));
    long wanted = binding.weightLayout(gradient);
    boolean direct = library.layoutEqual(layout, wanted);
    CpuLowering.Weights aside = direct ? null : lowering.unsettled(gradient, layout);
    Words args =
        new Words()
            .add(SRC, binding.address(src))
            .add(DIFF_DST, binding.address(dOut))
            .add(DIFF_WEIGHTS, direct ? binding.address(gradient) : aside.address());
    execute(primitive, args, step, true, direct ? Map.of() : Map.of(gradient, aside.listed()));
    if (!direct) {
      lowering.settle(aside, layout, gradient);
    }
  }

  /** The layout that oneDNN would give the gradient of this step if it were free; the caller's. */
  long gradientLayout(OpStep step) {
    Words geometry = gradientGeometry(step, (ConvWeightGrad) step.node().op());
    Words words = words(BACKWARD_WEIGHTS, geometry, List.of());
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
   */
  private long choose(int kind, Words words, Buffer weight, String subject) {
    long free = lowering.primitive(library.convolutionCreate(lowering.engine(), words, 0, subject));
    boolean packed = weight.layout() == Layout.PACKED;
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
    Shape sa = a.type().shape();
    Shape out = step.output().type().shape();
    List<Epilogue> epilogue = step.epilogue();
    long primitive = matMul(step, op, sa, out, epilogue);
    boolean fused = true;
    if (!epilogue.isEmpty() && isReference(primitive)) {
      epilogue = List.of();
      primitive = matMul(step, op, sa, out, epilogue);
      fused = false;
    }
    Words args =
        new Words()
            .add(SRC, binding.address(a))
            .add(WEIGHTS, binding.address(b))
            .add(DST, binding.address(step.output()));
    epilogueArguments(args, epilogue);
    execute(primitive, args, step, fused, Map.of());
  }

  private long matMul(OpStep step, MatMul op, Shape a, Shape out, List<Epilogue> epilogue) {
    long batch = out.elements() / out.dim(-2) / out.dim(-1);
    Words words =
        new Words()
            .add(batch, out.dim(-2), op.inner(a), out.dim(-1))
            .add(op.transposeA() ? 1 : 0, op.transposeB() ? 1 : 0);
    posts(words, epilogue);
    return lowering.primitive(library.matmulCreate(lowering.engine(), words, step.label()));
  }

  private void execute(
      long primitive,
      Words args,
      OpStep step,
      boolean fused,
      Map<Buffer, Listing.Tensor> elsewhere) {
    long scratch = library.primitiveScratch(primitive);
    if (scratch > 0) {
      args.add(SCRATCHPAD, lowering.scratch(scratch));
    }
    if (fused) {
      lowering.primitive(primitive, args, step, elsewhere);
    } else {
      OpStep bare = new OpStep(step.node(), step.inputs(), step.output(), List.of());
      lowering.primitive(primitive, args, bare, elsewhere);
      lowering.epilogue(step);
    }
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

  private static Words gradientGeometry(OpStep step, ConvWeightGrad op) {
    return geometry(
        step.inputs().get(0), step.output(), step.inputs().get(1), op.window(), op.groups());
  }

  private static Words words(int kind, Words geometry, List<Epilogue> epilogue) {
    Words words = new Words().add(kind).add(geometry);
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

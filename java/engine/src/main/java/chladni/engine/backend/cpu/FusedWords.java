package chladni.engine.backend.cpu;

import chladni.engine.graph.Add;
import chladni.engine.graph.ElementwiseOp;
import chladni.engine.plan.Buffer;
import chladni.engine.plan.ElementwiseStep;
import chladni.engine.plan.Epilogue;
import chladni.engine.plan.Instr;
import chladni.engine.plan.Layout;
import chladni.engine.plan.Load;
import chladni.engine.plan.Opcodes;
import chladni.engine.plan.ReductionStep;
import chladni.engine.plan.Space;
import chladni.engine.plan.View;
import chladni.engine.plan.Write;
import java.util.List;
import java.util.Objects;

/** Fused kernels in the words of the host machine (kernels/host/program.cpp). */
final class FusedWords {
  private final Binding binding;

  FusedWords(Binding binding) {
    this.binding = binding;
  }

  Words elementwise(ElementwiseStep step) {
    Words words = new Words();
    long[] space = space(step.space(), step.loads(), step.writesTo());
    words.add(space.length).add(space);
    return body(words, step.loads(), step.instrs(), step.writesTo());
  }

  Words reduction(ReductionStep step) {
    Words words = new Words();
    long[] space = space(step.space(), step.loads(), step.writesTo());
    words.add(step.kind() == ReductionStep.Kind.MAX ? 1 : 0, space.length).add(space);
    for (boolean reduced : step.reduced()) {
      words.add(reduced ? 1 : 0);
    }
    return body(words, step.loads(), step.instrs(), step.writesTo());
  }

  /**
   * What oneDNN would not fuse, as a pass over the product: (rows, channels), channels innermost.
   *
   * @param product the address of what oneDNN leaves, in 32 bits; may be that of the result
   */
  Words epilogue(long product, Buffer result, List<Epilogue> epilogue) {
    long channels = result.type().shape().dim(1);
    long rows = result.type().shape().elements() / channels;
    List<Buffer> operands =
        epilogue.stream().map(Epilogue::operand).filter(Objects::nonNull).toList();
    Words words = new Words().add(2, rows, channels);
    words.add(1 + operands.size()).add(product).number(0).add(channels, 1);
    operands.forEach(b -> words.add(binding.address(b)).number(0).add(0, 1));
    words.add(epilogue.size());
    int value = 0;
    int operand = 1;
    for (Epilogue e : epilogue) {
      int dst = value == 0 ? 1 + operands.size() : value + 1;
      instr(words, new Instr(e.op(), dst, value, e.operand() == null ? -1 : operand++, -1));
      value = dst;
    }
    return words.add(1, binding.address(result), value).add(result.format()).add(channels, 1);
  }

  /** The extents, with the physical size of the family where the plan leaves it open. */
  private long[] space(int[] space, List<Load> loads, List<Write> writes) {
    long[] extents = new long[space.length];
    for (int i = 0; i < space.length; i++) {
      extents[i] = space[i] == Space.FAMILY ? familyElements(loads, writes) : space[i];
    }
    return extents;
  }

  private long familyElements(List<Load> loads, List<Write> writes) {
    for (Write write : writes) {
      if (write.to().buffer().layout() == Layout.PACKED) {
        return binding.elements(write.to().buffer());
      }
    }
    for (Load load : loads) {
      if (load instanceof View view && view.buffer().layout() == Layout.PACKED) {
        return binding.elements(view.buffer());
      }
    }
    throw new IllegalStateException("plan: a family's space without a member of the family");
  }

  private Words body(Words words, List<Load> loads, List<Instr> instrs, List<Write> writes) {
    int rank = writes.isEmpty() ? 0 : writes.getFirst().to().strides().length;
    words.add(loads.size());
    for (Load load : loads) {
      switch (load) {
        case Load.Constant(double value) -> words.add(0).number(value).add(new long[rank]);
        case View view -> words.add(address(view)).number(0).add(view.strides());
      }
    }
    words.add(instrs.size());
    instrs.forEach(i -> instr(words, i));
    words.add(writes.size());
    for (Write write : writes) {
      View to = write.to();
      words.add(address(to), write.register()).add(to.buffer().format()).add(to.strides());
    }
    return words;
  }

  private static void instr(Words words, Instr i) {
    ElementwiseOp op = i.op();
    words.add(Opcodes.of(op), i.dst(), i.a(), i.b(), i.c()).number(Opcodes.immediate(op));
  }

  private long address(View view) {
    return binding.address(view.buffer()) + view.offset() * view.buffer().format().bytes();
  }

  /** Whether an epilogue starts with a bias, which oneDNN takes as an argument of its own. */
  static boolean startsWithBias(List<Epilogue> epilogue) {
    return !epilogue.isEmpty() && epilogue.getFirst().op() instanceof Add;
  }
}

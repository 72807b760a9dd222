package chladni.cuda;

import chladni.engine.plan.ElementwiseStep;
import chladni.engine.plan.Instr;
import chladni.engine.plan.Opcodes;
import chladni.engine.plan.Write;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What a fused kernel does to a point, without its operands: registers filled by loads, then
 * instructions, and the registers that are stored. Numbers such as a slope do not belong to it.
 */
record FusedProgram(int loads, List<Instr> instrs, List<Integer> stores) {
  private static final long FNV_BASIS = 0xcbf29ce484222325L;
  private static final long FNV_PRIME = 0x100000001b3L;

  /** What the interpreter of several points for each thread has. */
  static final int QUAD_REGISTERS = 24;

  static FusedProgram of(ElementwiseStep s) {
    return of(s.loads().size(), s.instrs(), s.writesTo());
  }

  static FusedProgram of(int loads, List<Instr> instrs, List<Write> writes) {
    return new FusedProgram(loads, instrs, writes.stream().map(Write::register).toList());
  }

  int registers() {
    return loads + instrs.size();
  }

  /** The number in the names of its kernels, where kernels/cuda/programs.h has it. */
  String number() {
    long h = mixed(FNV_BASIS, loads);
    for (Instr i : instrs) {
      h = mixed(h, Opcodes.of(i.op()));
      h = mixed(mixed(mixed(h, i.a()), i.b()), i.c());
    }
    for (int register : stores) {
      h = mixed(h, register);
    }
    return "%016x".formatted(h);
  }

  private static long mixed(long h, int number) {
    return (h ^ (number + 1)) * FNV_PRIME;
  }

  /** Its line of kernels/cuda/programs.h. */
  String line(String macro) {
    String registers = stores.stream().map(String::valueOf).collect(Collectors.joining(", "));
    String list = instrs.stream().map(FusedProgram::text).collect(Collectors.joining(", "));
    return "%s(%s, %d, (%s), %s)".formatted(macro, number(), loads, registers, list);
  }

  private static String text(Instr i) {
    String op = i.op().getClass().getSimpleName().replaceAll("(?<=[a-z])(?=[A-Z])", "_");
    StringBuilder text = new StringBuilder("{CHL_").append(op.toUpperCase());
    for (int register : new int[] {i.a(), i.b(), i.c()}) {
      if (register >= 0) {
        text.append(", ").append(register);
      }
    }
    return text.append("}").toString();
  }
}

package chladni.cuda;

import chladni.engine.plan.Format;
import chladni.engine.plan.Instr;
import chladni.engine.plan.Load;
import chladni.engine.plan.Opcodes;
import chladni.engine.plan.View;
import chladni.engine.plan.Write;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.function.ToLongFunction;

/** A fused kernel of a plan as the bytes of {@code struct Fused} (kernels/cuda/fused.h). */
final class FusedArgument {
  private static final int RANK = 6;
  private static final int LOADS = 16;
  private static final int INSTRS = 48;
  private static final int STORES = 8;
  private static final int LOAD_BYTES = 16 + 8 * RANK;
  private static final int INSTR_BYTES = 16;
  private static final int HEAD_BYTES = 16 + 8 * RANK;
  static final int BYTES =
      HEAD_BYTES + LOAD_BYTES * LOADS + INSTR_BYTES * INSTRS + LOAD_BYTES * STORES;

  private FusedArgument() {}

  /**
   * @param space the extents, with the physical size where the plan leaves it open
   * @param address where a view's element 0 lies
   */
  static byte[] of(
      long[] space,
      List<Load> loads,
      List<Instr> instrs,
      List<Write> writes,
      ToLongFunction<View> address) {
    ByteBuffer b = ByteBuffer.allocate(BYTES).order(ByteOrder.nativeOrder());
    b.putInt(space.length).putInt(loads.size()).putInt(instrs.size()).putInt(writes.size());
    for (long extent : space) {
      b.putLong(extent);
    }
    int at = HEAD_BYTES;
    for (Load load : loads) {
      b.position(at);
      switch (load) {
        case Load.Constant(double value) -> b.putLong(0).putFloat((float) value);
        case View view -> {
          b.putLong(address.applyAsLong(view)).putInt(0).putInt(0);
          strides(b, view);
        }
      }
      at += LOAD_BYTES;
    }
    at = HEAD_BYTES + LOAD_BYTES * LOADS;
    for (Instr i : instrs) {
      b.position(at);
      b.putInt(Opcodes.of(i.op()));
      b.putShort((short) i.dst()).putShort((short) i.a());
      b.putShort((short) i.b()).putShort((short) i.c());
      b.putFloat((float) Opcodes.immediate(i.op()));
      at += INSTR_BYTES;
    }
    at = HEAD_BYTES + LOAD_BYTES * LOADS + INSTR_BYTES * INSTRS;
    for (Write write : writes) {
      b.position(at);
      View to = write.to();
      b.putLong(address.applyAsLong(to)).putInt(write.register());
      b.putInt(to.buffer().format() == Format.BFLOAT16 ? 1 : 0);
      strides(b, to);
      at += LOAD_BYTES;
    }
    return b.array();
  }

  private static void strides(ByteBuffer b, View view) {
    for (long stride : view.strides()) {
      b.putLong(stride);
    }
  }
}

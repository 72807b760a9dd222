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
import java.util.stream.Stream;

/**
 * A fused kernel of a plan as the bytes of {@code struct Fused} (kernels/cuda/fused.h), whose axes
 * go from the innermost outwards, those that are kept before those that are reduced.
 */
final class FusedArgument {
  private static final int RANK = 6;
  private static final int LOADS = 16;
  private static final int INSTRS = 48;
  private static final int STORES = 8;
  private static final int AXIS_BYTES = 24;
  private static final int VIEW_BYTES = 16 + 8 * RANK;
  private static final int INSTR_BYTES = 16;
  private static final int HEAD_BYTES = 24;
  private static final int LOADS_AT = HEAD_BYTES + AXIS_BYTES * RANK;
  private static final int INSTRS_AT = LOADS_AT + VIEW_BYTES * LOADS;
  private static final int STORES_AT = INSTRS_AT + INSTR_BYTES * INSTRS;
  static final int BYTES = STORES_AT + VIEW_BYTES * STORES;

  /** Points of a thread along the innermost axis. */
  static final int QUAD = 4;

  /** Positions below this leave room for a step more in 32 bits. */
  private static final long NARROW = 1L << 30;

  private final FusedSpace space;
  private final List<Load> loads;
  private final List<Instr> instrs;
  private final List<Write> writes;
  private final ToLongFunction<View> address;

  /**
   * @param space with the physical size where the plan leaves it open
   * @param address where a view's element 0 lies
   */
  FusedArgument(
      FusedSpace space,
      List<Load> loads,
      List<Instr> instrs,
      List<Write> writes,
      ToLongFunction<View> address) {
    this.space = space;
    this.loads = loads;
    this.instrs = instrs;
    this.writes = writes;
    this.address = address;
  }

  FusedSpace space() {
    return space;
  }

  FusedProgram program() {
    return FusedProgram.of(loads.size(), instrs, writes);
  }

  /** Whether indices and offsets have 32 bits. */
  boolean narrow() {
    return narrow(space, loads, writes);
  }

  static boolean narrow(FusedSpace space, List<Load> loads, List<Write> writes) {
    return space.points() < NARROW
        && Stream.concat(
                loads.stream().filter(View.class::isInstance).map(View.class::cast),
                writes.stream().map(Write::to))
            .allMatch(v -> space.span(v) < NARROW);
  }

  /**
   * The struct.
   *
   * @param width points of a thread along the innermost axis
   */
  byte[] bytes(int width) {
    ByteBuffer b = ByteBuffer.allocate(BYTES).order(ByteOrder.nativeOrder());
    b.putInt(space.rank()).putInt(space.kept());
    b.putInt(loads.size()).putInt(instrs.size()).putInt(writes.size());
    axes(b.position(HEAD_BYTES), width);
    for (int i = 0; i < loads.size(); i++) {
      b.position(LOADS_AT + i * VIEW_BYTES);
      switch (loads.get(i)) {
        case Load.Constant(double value) -> b.putLong(0).putFloat((float) value);
        case View view -> {
          b.putLong(address.applyAsLong(view)).putFloat(0).putInt(vector(view) ? 1 : 0);
          strides(b, view);
        }
      }
    }
    for (int i = 0; i < instrs.size(); i++) {
      Instr instr = instrs.get(i);
      b.position(INSTRS_AT + i * INSTR_BYTES);
      b.putInt(Opcodes.of(instr.op()));
      b.putShort((short) instr.dst()).putShort((short) instr.a());
      b.putShort((short) instr.b()).putShort((short) instr.c());
      b.putFloat((float) Opcodes.immediate(instr.op()));
    }
    for (int i = 0; i < writes.size(); i++) {
      View to = writes.get(i).to();
      b.position(STORES_AT + i * VIEW_BYTES);
      b.putLong(address.applyAsLong(to)).putInt(writes.get(i).register());
      b.putShort((short) (to.buffer().format() == Format.BFLOAT16 ? 1 : 0));
      b.putShort((short) (vector(to) ? 1 : 0));
      strides(b, to);
    }
    return b.array();
  }

  private void axes(ByteBuffer b, int width) {
    for (int a = 0; a < RANK; a++) {
      long extent = a < space.rank() ? space.extent(a) : 1;
      long steps = a == 0 ? Math.ceilDiv(extent, (long) width) : extent;
      // Granlund and Montgomery 1994, figure 4.1, for dividends below 2^31.
      int shift = Long.SIZE - Long.numberOfLeadingZeros(steps - 1);
      long magic = narrow() ? ((1L << 32) * ((1L << shift) - steps)) / steps + 1 : 0;
      b.putLong(extent).putLong(steps).putInt((int) magic).putInt(shift);
    }
  }

  private void strides(ByteBuffer b, View view) {
    for (int a = 0; a < space.rank(); a++) {
      b.putLong(space.stride(view, a));
    }
  }

  /** Whether fours of points along the innermost axis are neighbours, aligned to their size. */
  private boolean vector(View view) {
    boolean aligned = space.rank() > 0 && space.stride(view, 0) == 1;
    for (int a = 1; a < space.rank(); a++) {
      aligned &= space.stride(view, a) % QUAD == 0;
    }
    return aligned
        && address.applyAsLong(view) % (QUAD * view.buffer().format().bytes()) == 0;
  }
}

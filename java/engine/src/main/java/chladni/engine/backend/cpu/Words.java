package chladni.engine.backend.cpu;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import chladni.engine.plan.Format;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** Words of 64 bits: the arguments of a step. */
final class Words {
  private final List<Long> values = new ArrayList<>();

  Words add(long... more) {
    for (long v : more) {
      values.add(v);
    }
    return this;
  }

  Words add(Words more) {
    values.addAll(more.values);
    return this;
  }

  /** Puts a real address where a placeholder stands. */
  Words replace(long placeholder, long value) {
    values.replaceAll(v -> v == placeholder ? value : v);
    return this;
  }

  /** As chladni_cpu.h numbers them. */
  Words add(Format format) {
    return add(
        switch (format) {
          case SINGLE -> 0;
          case BFLOAT16 -> 1;
        });
  }

  Words number(double value) {
    return add(Double.doubleToRawLongBits(value));
  }

  int size() {
    return values.size();
  }

  MemorySegment copyTo(Arena arena) {
    MemorySegment s = arena.allocate(JAVA_LONG, Math.max(1, values.size()));
    for (int i = 0; i < values.size(); i++) {
      s.setAtIndex(JAVA_LONG, i, values.get(i));
    }
    return s;
  }

  @Override
  public String toString() {
    return values.toString();
  }
}

package chladni.engine.backend.cpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import chladni.engine.backend.BackendStore;
import chladni.engine.backend.Precision;
import chladni.engine.graph.DType;
import chladni.engine.graph.Variable;
import chladni.engine.memory.HostArena;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Variables in native memory, always in 32 bits. A convolution weight and its moments may lie in oneDNN's layout for
 * the weight's gradient; they are row-major again whenever they are read or set here. Each variable
 * counts its versions, so that copies in other layouts and formats know when they are stale.
 */
final class CpuStore extends BackendStore {
  private final CpuBackend backend;
  private final Native library;
  private final Map<String, Entry> entries;
  private final HostArena cells;
  private long epoch;

  /** A variable's memory; {@code layout} is 0 for row-major, else a handle that the entry owns. */
  private static final class Entry {
    final Variable variable;
    final MemorySegment version;
    final List<Copy> copies = new ArrayList<>();
    HostArena arena;
    MemorySegment values;
    long layout;
    boolean pinned;

    Entry(Variable variable, MemorySegment version) {
      this.variable = variable;
      this.version = version;
    }

    /** Takes over what it is given and frees what it had. */
    void replace(Native library, HostArena newArena, MemorySegment newValues, long newLayout) {
      if (layout != 0) {
        library.layoutDestroy(layout);
      }
      arena.close();
      arena = newArena;
      values = newValues;
      layout = newLayout;
    }

    void free(Native library) {
      if (layout != 0) {
        library.layoutDestroy(layout);
      }
      for (Copy c : copies) {
        library.layoutDestroy(c.layout);
        c.arena.close();
      }
      arena.close();
    }
  }

  /**
   * A variable's values in another layout, for whichever program wants them so.
   *
   * @param held the cell with the version that it was made from
   */
  record Copy(long layout, HostArena arena, MemorySegment values, MemorySegment held) {}

  CpuStore(CpuBackend backend, long seed, Precision precision) {
    Native library = backend.library();
    Map<String, Entry> entries = new HashMap<>();
    HostArena cells = new HostArena("store");
    Runnable free = freeing(backend.thread(), library, entries, cells);
    super(backend.ledger(), seed, precision, free);
    this.backend = backend;
    this.library = library;
    this.entries = entries;
    this.cells = cells;
  }

  /** On the engine's thread, after the run that may use it. */
  private static Runnable freeing(
      NativeThread thread, Native library, Map<String, Entry> entries, HostArena cells) {
    return () ->
        thread.run(
            () -> {
              entries.values().forEach(e -> e.free(library));
              cells.close();
              entries.clear();
            });
  }

  CpuBackend backend() {
    return backend;
  }

  @Override
  protected void create(Variable variable, float[] first) {
    Entry e = new Entry(variable, cells.allocate(Long.BYTES));
    allocate(e, variable.shape().elements() * Float.BYTES);
    if (variable.type().dtype() == DType.FLOAT) {
      MemorySegment.copy(first, 0, e.values, JAVA_FLOAT, 0, first.length);
    } else {
      for (int i = 0; i < first.length; i++) {
        e.values.setAtIndex(JAVA_INT, i, (int) first[i]);
      }
    }
    e.version.set(JAVA_LONG, 0, 1);
    entries.put(variable.name(), e);
  }

  private void allocate(Entry e, long bytes) {
    e.arena = new HostArena("variable '" + e.variable.name() + "'");
    e.values = e.arena.allocate(bytes);
  }

  // What programs bind to; on the backend's thread.

  /** Moves with every change of a layout, after which bound addresses are void. */
  long epoch() {
    return epoch;
  }

  MemorySegment values(String name) {
    return entries.get(name).values;
  }

  /** The cell that counts a variable's versions. */
  MemorySegment version(String name) {
    return entries.get(name).version;
  }

  /** 0 for row-major. */
  long layout(String name) {
    return entries.get(name).layout;
  }

  boolean pinned(String name) {
    return entries.get(name).pinned;
  }

  /** Row-major from now on, since a program uses it as an ordinary tensor. */
  void pin(String name) {
    Entry e = entries.get(name);
    if (e.layout != 0) {
      relayout(name, 0);
    }
    e.pinned = true;
  }

  /**
   * Brings a variable into another layout, or leaves it as it is and throws; {@code layout} stays the
   * caller's.
   */
  void relayout(String name, long layout) {
    Entry e = entries.get(name);
    long plain = library.layoutPlain(e.variable.shape().dims());
    HostArena fresh = new HostArena("variable '" + name + "'");
    try {
      long to = layout == 0 ? plain : layout;
      MemorySegment values = fresh.allocate(library.layoutBytes(to));
      reorder(e.layout == 0 ? plain : e.layout, e.values, to, values, name);
      e.replace(library, fresh, values, layout == 0 ? 0 : library.layoutClone(layout));
      epoch++;
    } catch (RuntimeException | Error failure) {
      fresh.close();
      throw failure;
    } finally {
      library.layoutDestroy(plain);
    }
  }

  /** The copy of a variable in a layout, which a pack step fills when it is stale. */
  Copy copy(String name, long layout) {
    Entry e = entries.get(name);
    for (Copy c : e.copies) {
      if (library.layoutEqual(c.layout, layout)) {
        return c;
      }
    }
    HostArena arena = new HostArena("packed copy of variable '" + name + "'");
    try {
      MemorySegment values = arena.allocate(library.layoutBytes(layout));
      MemorySegment held = arena.allocate(Long.BYTES);
      Copy copy = new Copy(library.layoutClone(layout), arena, values, held);
      e.copies.add(copy);
      return copy;
    } catch (RuntimeException | Error failure) {
      arena.close();
      throw failure;
    }
  }

  /** From one layout to another, now. */
  void reorder(
      long fromLayout, MemorySegment from, long toLayout, MemorySegment to, String name) {
    String subject = "variable '" + name + "'";
    long engine = backend.engine();
    long primitive = library.reorderCreate(engine, fromLayout, toLayout, subject);
    long program = 0;
    try (HostArena scratch = new HostArena(subject)) {
      program = library.programCreate(engine);
      Words words =
          new Words()
              .add(primitive, from.address(), to.address(), 0, 0)
              .add(scratch.allocate(library.primitiveScratch(primitive)).address());
      library.programAdd(program, CpuLowering.PACK, words, subject);
      library.programRun(program);
    } finally {
      if (program != 0) {
        library.programDestroy(program);
      }
      library.primitiveDestroy(primitive);
    }
  }

  @Override
  public float[] floats(String name) {
    Entry e = entry(find(name, DType.FLOAT));
    if (e.layout == 0) {
      return e.values.asSlice(0, bytes(e)).toArray(JAVA_FLOAT);
    }
    return backend.thread().call(() -> unpacked(e));
  }

  private float[] unpacked(Entry e) {
    long plain = library.layoutPlain(e.variable.shape().dims());
    try (HostArena arena = new HostArena("variable '" + e.variable.name() + "'")) {
      MemorySegment to = arena.allocate(bytes(e));
      reorder(e.layout, e.values, plain, to, e.variable.name());
      return to.asSlice(0, bytes(e)).toArray(JAVA_FLOAT);
    } finally {
      library.layoutDestroy(plain);
    }
  }

  @Override
  public int[] ints(String name) {
    Entry e = entry(find(name, DType.INT32));
    return e.values.asSlice(0, bytes(e)).toArray(JAVA_INT);
  }

  @Override
  public void set(String name, float[] values) {
    Entry e = entry(find(name, DType.FLOAT, values.length));
    if (e.layout == 0) {
      MemorySegment.copy(values, 0, e.values, JAVA_FLOAT, 0, values.length);
    } else {
      backend.thread().run(() -> pack(e, values));
    }
    changed(e);
  }

  private void pack(Entry e, float[] values) {
    long plain = library.layoutPlain(e.variable.shape().dims());
    try (Arena arena = Arena.ofShared()) {
      MemorySegment from = arena.allocateFrom(JAVA_FLOAT, values);
      reorder(plain, from, e.layout, e.values, e.variable.name());
    } finally {
      library.layoutDestroy(plain);
    }
  }

  @Override
  public void set(String name, int[] values) {
    Entry e = entry(find(name, DType.INT32, values.length));
    MemorySegment.copy(values, 0, e.values, JAVA_INT, 0, values.length);
    changed(e);
  }

  private static void changed(Entry e) {
    e.version.set(JAVA_LONG, 0, e.version.get(JAVA_LONG, 0) + 1);
  }

  private static long bytes(Entry e) {
    return e.variable.shape().elements() * Float.BYTES;
  }

  private Entry entry(Variable variable) {
    return entries.get(variable.name());
  }
}

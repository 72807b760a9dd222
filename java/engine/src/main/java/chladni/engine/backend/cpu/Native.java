package chladni.engine.backend.cpu;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import chladni.engine.backend.MissingBackendException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The host library, function by function, as kernels/host/chladni_cpu.h declares it. A refusal
 * becomes a {@link NativeException} with the library's reason and what was asked. Handles are
 * addresses of native objects; everything but loading happens on an engine's own thread.
 */
final class Native {
  private static final int ABI = 1;
  private static final String DNNL = "org/bytedeco/dnnl/linux-x86_64/";
  private static final String OWN = "chladni/engine/native/linux-x86_64/libchladni_cpu.so";

  /**
   * How often a thread of the team looks for work before it sleeps, unless the user says. libgomp's
   * own 300,000 is best on an idle machine; where something else runs too, the spinner keeps its
   * sibling from the core that it waits for, and a step takes ten times as long.
   */
  private static final String SPIN_COUNT = "1000";

  private static Native loaded;

  private final MethodHandle error;
  private final MethodHandle engineCreate;
  private final MethodHandle engineDestroy;
  private final MethodHandle engineDescribe;
  private final MethodHandle layoutPlain;
  private final MethodHandle layoutClone;
  private final MethodHandle layoutBytes;
  private final MethodHandle layoutEqual;
  private final MethodHandle layoutText;
  private final MethodHandle layoutDestroy;
  private final MethodHandle convolutionCreate;
  private final MethodHandle matmulCreate;
  private final MethodHandle reorderCreate;
  private final MethodHandle primitiveImplementation;
  private final MethodHandle primitiveScratch;
  private final MethodHandle primitiveWeights;
  private final MethodHandle primitiveDestroy;
  private final MethodHandle programCreate;
  private final MethodHandle programAdd;
  private final MethodHandle programRun;
  private final MethodHandle programProfile;
  private final MethodHandle programDestroy;

  private Native(SymbolLookup lookup) {
    Binder b = new Binder(lookup);
    error = b.bind("chl_error", ADDRESS);
    engineCreate = b.bind("chl_engine_create", ADDRESS, JAVA_INT);
    engineDestroy = b.bind("chl_engine_destroy", null, JAVA_LONG);
    engineDescribe = b.bind("chl_engine_describe", ADDRESS, JAVA_LONG);
    layoutPlain = b.bind("chl_layout_plain", ADDRESS, ADDRESS, JAVA_INT);
    layoutClone = b.bind("chl_layout_clone", ADDRESS, JAVA_LONG);
    layoutBytes = b.bind("chl_layout_bytes", JAVA_LONG, JAVA_LONG);
    layoutEqual = b.bind("chl_layout_equal", JAVA_INT, JAVA_LONG, JAVA_LONG);
    layoutText = b.bind("chl_layout_text", ADDRESS, JAVA_LONG);
    layoutDestroy = b.bind("chl_layout_destroy", null, JAVA_LONG);
    convolutionCreate =
        b.bind("chl_convolution_create", ADDRESS, JAVA_LONG, ADDRESS, JAVA_LONG);
    matmulCreate = b.bind("chl_matmul_create", ADDRESS, JAVA_LONG, ADDRESS);
    reorderCreate = b.bind("chl_reorder_create", ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    primitiveImplementation = b.bind("chl_primitive_implementation", ADDRESS, JAVA_LONG);
    primitiveScratch = b.bind("chl_primitive_scratch", JAVA_LONG, JAVA_LONG);
    primitiveWeights = b.bind("chl_primitive_weights", ADDRESS, JAVA_LONG);
    primitiveDestroy = b.bind("chl_primitive_destroy", null, JAVA_LONG);
    programCreate = b.bind("chl_program_create", ADDRESS, JAVA_LONG);
    programAdd = b.bind("chl_program_add", JAVA_INT, JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
    programRun = b.bind("chl_program_run", JAVA_INT, JAVA_LONG);
    programProfile = b.bind("chl_program_profile", JAVA_INT, JAVA_LONG, ADDRESS);
    programDestroy = b.bind("chl_program_destroy", null, JAVA_LONG);
  }

  /**
   * The library, loaded once a process: libgomp first, so that oneDNN and our kernels share it.
   *
   * @throws MissingBackendException when this machine cannot load it
   */
  static synchronized Native load() {
    if (loaded == null) {
      loaded = new Native(libraries());
    }
    return loaded;
  }

  @SuppressWarnings("restricted")
  private static SymbolLookup libraries() {
    String os = System.getProperty("os.name");
    String arch = System.getProperty("os.arch");
    if (!os.equals("Linux") || !arch.equals("amd64")) {
      throw new MissingBackendException(
          "cpu: it needs Linux on x86-64, this is %s on %s. Use the reference backend.".formatted(os, arch));
    }
    defaultEnvironment("GOMP_SPINCOUNT", "OMP_WAIT_POLICY", SPIN_COUNT);
    Path gomp = NativeFiles.extract(DNNL + "libgomp.so.1");
    Path dnnl = NativeFiles.extract(DNNL + "libdnnl.so.3");
    Path own = NativeFiles.extract(OWN);
    try {
      SymbolLookup.libraryLookup(gomp, Arena.global());
      SymbolLookup.libraryLookup(dnnl, Arena.global());
      SymbolLookup lookup = SymbolLookup.libraryLookup(own, Arena.global());
      int abi = (int) new Binder(lookup).bind("chl_abi", JAVA_INT).invokeExact();
      if (abi != ABI) {
        throw new MissingBackendException(
            "cpu: the host library has interface %d, this engine speaks %d. Build both together."
                .formatted(abi, ABI));
      }
      return lookup;
    } catch (IllegalArgumentException e) {
      throw new MissingBackendException(
          "cpu: the host library does not load: %s. It needs glibc and libstdc++6."
              .formatted(e.getMessage()),
          e);
    } catch (RuntimeException e) {
      throw e;
    } catch (Throwable e) {
      throw new MissingBackendException("cpu: the host library does not load: " + e, e);
    }
  }

  /** Sets a variable of the C environment that a library reads when it is loaded. */
  @SuppressWarnings("restricted")
  private static void defaultEnvironment(String name, String alternative, String value) {
    if (System.getenv(name) != null || System.getenv(alternative) != null) {
      return;
    }
    Linker linker = Linker.nativeLinker();
    try (Arena arena = Arena.ofConfined()) {
      MethodHandle setenv =
          linker.downcallHandle(
              linker.defaultLookup().findOrThrow("setenv"),
              FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, JAVA_INT));
      int _ = (int) setenv.invokeExact(arena.allocateFrom(name), arena.allocateFrom(value), 0);
    } catch (Throwable e) {
      throw new MissingBackendException("cpu: setenv %s failed: %s".formatted(name, e), e);
    }
  }

  private record Binder(SymbolLookup lookup) {
    @SuppressWarnings("restricted")
    MethodHandle bind(String name, MemoryLayout result, MemoryLayout... arguments) {
      FunctionDescriptor type =
          result == null
              ? FunctionDescriptor.ofVoid(arguments)
              : FunctionDescriptor.of(result, arguments);
      return Linker.nativeLinker().downcallHandle(lookup.findOrThrow(name), type);
    }
  }

  long engineCreate(int threads) {
    try {
      return handle((MemorySegment) engineCreate.invokeExact(threads), "engine, threads " + threads);
    } catch (Throwable e) {
      throw rethrow(e);
    }
  }

  void engineDestroy(long engine) {
    destroy(engineDestroy, engine);
  }

  String engineDescribe(long engine) {
    return text(engineDescribe, engine);
  }

  long layoutPlain(int[] dims) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment d = arena.allocate(JAVA_LONG, Math.max(1, dims.length));
      for (int i = 0; i < dims.length; i++) {
        d.setAtIndex(JAVA_LONG, i, dims[i]);
      }
      return handle((MemorySegment) layoutPlain.invokeExact(d, dims.length), "row-major layout");
    } catch (Throwable e) {
      throw rethrow(e);
    }
  }

  long layoutClone(long layout) {
    try {
      return handle((MemorySegment) layoutClone.invokeExact(layout), "copy of a layout");
    } catch (Throwable e) {
      throw rethrow(e);
    }
  }

  long layoutBytes(long layout) {
    return number(layoutBytes, layout);
  }

  boolean layoutEqual(long a, long b) {
    try {
      return (int) layoutEqual.invokeExact(a, b) != 0;
    } catch (Throwable e) {
      throw rethrow(e);
    }
  }

  /** Such as {@code ABcd16b16a}: axes from the outermost, upper case where blocked, then blocks. */
  String layoutText(long layout) {
    return text(layoutText, layout);
  }

  void layoutDestroy(long layout) {
    destroy(layoutDestroy, layout);
  }

  /** {@code weights} 0: the implementation's choice. */
  long convolutionCreate(long engine, Words words, long weights, String subject) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment w = words.copyTo(arena);
      return handle(
          (MemorySegment) convolutionCreate.invokeExact(engine, w, weights),
          subject + " " + words);
    } catch (Throwable e) {
      throw rethrow(e);
    }
  }

  long matmulCreate(long engine, Words words, String subject) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment w = words.copyTo(arena);
      return handle((MemorySegment) matmulCreate.invokeExact(engine, w), subject + " " + words);
    } catch (Throwable e) {
      throw rethrow(e);
    }
  }

  long reorderCreate(long engine, long from, long to, String subject) {
    try {
      return handle(
          (MemorySegment) reorderCreate.invokeExact(engine, from, to),
          subject + " from " + layoutText(from) + " to " + layoutText(to));
    } catch (Throwable e) {
      throw rethrow(e);
    }
  }

  String primitiveImplementation(long primitive) {
    return text(primitiveImplementation, primitive);
  }

  long primitiveScratch(long primitive) {
    return number(primitiveScratch, primitive);
  }

  /** A layout that the caller destroys. */
  long primitiveWeights(long primitive) {
    try {
      return handle((MemorySegment) primitiveWeights.invokeExact(primitive), "weights' layout");
    } catch (Throwable e) {
      throw rethrow(e);
    }
  }

  void primitiveDestroy(long primitive) {
    destroy(primitiveDestroy, primitive);
  }

  long programCreate(long engine) {
    try {
      return handle((MemorySegment) programCreate.invokeExact(engine), "program");
    } catch (Throwable e) {
      throw rethrow(e);
    }
  }

  void programAdd(long program, int kind, Words words, String subject) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment w = words.copyTo(arena);
      check((int) programAdd.invokeExact(program, kind, w, (long) words.size()), subject);
    } catch (Throwable e) {
      throw rethrow(e);
    }
  }

  void programRun(long program) {
    try {
      check((int) programRun.invokeExact(program), "run");
    } catch (Throwable e) {
      throw rethrow(e);
    }
  }

  /** Runs once; the seconds of each step, in the order they were added. */
  double[] programProfile(long program, int steps) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment seconds = arena.allocate(8L * Math.max(1, steps), 8);
      check((int) programProfile.invokeExact(program, seconds), "run with clocks");
      return seconds.asSlice(0, 8L * steps).toArray(java.lang.foreign.ValueLayout.JAVA_DOUBLE);
    } catch (Throwable e) {
      throw rethrow(e);
    }
  }

  void programDestroy(long program) {
    destroy(programDestroy, program);
  }

  private long handle(MemorySegment pointer, String subject) {
    if (pointer.address() == 0) {
      throw new NativeException("cpu: %s: %s".formatted(subject, reason()));
    }
    return pointer.address();
  }

  private void check(int status, String subject) {
    if (status != 0) {
      throw new NativeException("cpu: %s: %s (status %d)".formatted(subject, reason(), status));
    }
  }

  private String reason() {
    try {
      return string((MemorySegment) error.invokeExact());
    } catch (Throwable e) {
      throw rethrow(e);
    }
  }

  private static long number(MethodHandle function, long handle) {
    try {
      return (long) function.invokeExact(handle);
    } catch (Throwable e) {
      throw rethrow(e);
    }
  }

  private static String text(MethodHandle function, long handle) {
    try {
      return string((MemorySegment) function.invokeExact(handle));
    } catch (Throwable e) {
      throw rethrow(e);
    }
  }

  private static void destroy(MethodHandle function, long handle) {
    try {
      function.invokeExact(handle);
    } catch (Throwable e) {
      throw rethrow(e);
    }
  }

  @SuppressWarnings("restricted")
  private static String string(MemorySegment pointer) {
    return pointer.reinterpret(Long.MAX_VALUE).getString(0);
  }

  private static RuntimeException rethrow(Throwable e) {
    return switch (e) {
      case RuntimeException r -> r;
      case Error error -> throw error;
      default -> new IllegalStateException(e);
    };
  }

  /** Words of 64 bits: the arguments of a step. */
  static final class Words {
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
}

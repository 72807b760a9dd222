package chladni.engine.backend.cpu;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import chladni.engine.backend.MissingBackendException;
import chladni.engine.backend.NativeException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The host library, function by function, as kernels/host/chladni_cpu.h declares it. A refusal
 * becomes a {@link NativeException} with the library's reason and what was asked. Handles are
 * addresses of native objects; everything but loading happens on an engine's own thread.
 */
final class Native {
  private static Native loaded;

  /** As chladni_cpu.h numbers formats. */
  private static final int BFLOAT16 = 1;

  private final MethodHandle error;
  private final MethodHandle engineCreate;
  private final MethodHandle engineDestroy;
  private final MethodHandle engineDescribe;
  private final MethodHandle engineKernels;
  private final MethodHandle engineTakes;
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
  private final MethodHandle programRunRange;
  private final MethodHandle programDestroy;

  private Native(Libraries b) {
    error = b.bind("chl_error", ADDRESS);
    engineCreate = b.bind("chl_engine_create", ADDRESS, JAVA_INT);
    engineDestroy = b.bind("chl_engine_destroy", null, JAVA_LONG);
    engineDescribe = b.bind("chl_engine_describe", ADDRESS, JAVA_LONG);
    engineKernels = b.bind("chl_engine_kernels", ADDRESS, JAVA_LONG);
    engineTakes = b.bind("chl_engine_takes", JAVA_INT, JAVA_LONG, JAVA_INT);
    layoutPlain = b.bind("chl_layout_plain", ADDRESS, ADDRESS, JAVA_INT);
    layoutClone = b.bind("chl_layout_clone", ADDRESS, JAVA_LONG);
    layoutBytes = b.bind("chl_layout_bytes", JAVA_LONG, JAVA_LONG);
    layoutEqual = b.bind("chl_layout_equal", JAVA_INT, JAVA_LONG, JAVA_LONG);
    layoutText = b.bind("chl_layout_text", ADDRESS, JAVA_LONG);
    layoutDestroy = b.bind("chl_layout_destroy", null, JAVA_LONG);
    convolutionCreate = b.bind("chl_convolution_create", ADDRESS, JAVA_LONG, ADDRESS, JAVA_LONG);
    matmulCreate = b.bind("chl_matmul_create", ADDRESS, JAVA_LONG, ADDRESS);
    reorderCreate = b.bind("chl_reorder_create", ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    primitiveImplementation = b.bind("chl_primitive_implementation", ADDRESS, JAVA_LONG);
    primitiveScratch = b.bind("chl_primitive_scratch", JAVA_LONG, JAVA_LONG);
    primitiveWeights = b.bind("chl_primitive_weights", ADDRESS, JAVA_LONG);
    primitiveDestroy = b.bind("chl_primitive_destroy", null, JAVA_LONG);
    programCreate = b.bind("chl_program_create", ADDRESS, JAVA_LONG);
    programAdd = b.bind("chl_program_add", JAVA_INT, JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
    programRun = b.bind("chl_program_run", JAVA_INT, JAVA_LONG);
    programRunRange =
        b.bind("chl_program_run_range", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    programDestroy = b.bind("chl_program_destroy", null, JAVA_LONG);
  }

  /**
   * The library, loaded once a process.
   *
   * @throws MissingBackendException when this machine cannot load it
   */
  static synchronized Native load() {
    if (loaded == null) {
      loaded = new Native(Libraries.load());
    }
    return loaded;
  }

  long engineCreate(int threads) {
    try {
      return handle(
          (MemorySegment) engineCreate.invokeExact(threads), "engine, threads " + threads);
    } catch (Throwable e) {
      throw rethrow(e);
    }
  }

  void engineDestroy(long engine) {
    destroy(engineDestroy, engine);
  }

  /** The instruction set of our kernels. */
  String engineKernels(long engine) {
    return text(engineKernels, engine);
  }

  String engineDescribe(long engine) {
    return text(engineDescribe, engine);
  }

  /** Whether products on this machine take bfloat16. */
  boolean engineTakesBfloat16(long engine) {
    try {
      return (int) engineTakes.invokeExact(engine, BFLOAT16) != 0;
    } catch (Throwable e) {
      throw rethrow(e);
    }
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
          (MemorySegment) convolutionCreate.invokeExact(engine, w, weights), subject + " " + words);
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
      checkRun((int) programRun.invokeExact(program), "run");
    } catch (Throwable e) {
      throw rethrow(e);
    }
  }

  /** Runs the steps from one index to before another. */
  void programRunRange(long program, long from, long to) {
    try {
      checkRun((int) programRunRange.invokeExact(program, from, to), "run of a part");
    } catch (Throwable e) {
      throw rethrow(e);
    }
  }

  void programDestroy(long program) {
    destroy(programDestroy, program);
  }

  private long handle(MemorySegment pointer, String subject) {
    if (pointer.address() == 0) {
      throw new NativeException("cpu: %s: %s".formatted(subject, reason()), true);
    }
    return pointer.address();
  }

  private void check(int status, String subject) {
    if (status != 0) {
      throw new NativeException("cpu: %s: %s (status %d)".formatted(subject, reason(), status), true);
    }
  }

  /** A step list that stops half-way has made some of its assignments and not the others. */
  private void checkRun(int status, String subject) {
    if (status != 0) {
      throw new NativeException(
          "cpu: %s: %s (status %d). Load the variables that the program assigns before the next step."
              .formatted(subject, reason(), status),
          false);
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
}

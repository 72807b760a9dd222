package chladni.engine.backend.cpu;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import chladni.engine.backend.MissingBackendException;
import chladni.engine.backend.NativeFiles;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/**
 * The shared libraries of the backend: libgomp, then the host library, which brings oneDNN along. In
 * this order oneDNN finds the host library's memory functions (kernels/host/recycle.cpp) before its
 * own, and nobody else in the process does.
 */
record Libraries(SymbolLookup lookup) {
  private static final int ABI = 2;
  private static final String DNNL = "org/bytedeco/dnnl/linux-x86_64/";
  private static final String OWN = "chladni/engine/native/linux-x86_64/libchladni_cpu.so";

  /**
   * How often a thread of the team looks for work before it sleeps, unless the user says. libgomp's
   * own 300,000 is best on an idle machine; where something else runs too, the spinner keeps its
   * sibling from the core that it waits for, and a step takes ten times as long.
   */
  private static final String SPIN_COUNT = "1000";

  /**
   * Loads them.
   *
   * @throws MissingBackendException when this machine cannot load them
   */
  @SuppressWarnings("restricted")
  static Libraries load() {
    String os = System.getProperty("os.name");
    String arch = System.getProperty("os.arch");
    if (!os.equals("Linux") || !arch.equals("amd64")) {
      throw new MissingBackendException(
          "cpu: it needs Linux on x86-64, this is %s on %s. Use the reference backend."
              .formatted(os, arch));
    }
    Path gomp = NativeFiles.extract(Libraries.class, DNNL + "libgomp.so.1");
    Path dnnl = NativeFiles.extract(Libraries.class, DNNL + "libdnnl.so.3");
    Path own = NativeFiles.extract(Libraries.class, OWN, gomp, dnnl);
    try {
      loadOpenMp(gomp);
      Libraries libraries = new Libraries(SymbolLookup.libraryLookup(own, Arena.global()));
      int abi = (int) libraries.bind("chl_abi", JAVA_INT).invokeExact();
      if (abi != ABI) {
        throw new MissingBackendException(
            "cpu: the host library has interface %d, this engine speaks %d. Build both together."
                .formatted(abi, ABI));
      }
      return libraries;
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

  /**
   * libgomp takes its defaults from the environment of C when it is loaded, and only then: ours is
   * there for that moment. Java's System.getenv never shows it.
   */
  @SuppressWarnings("restricted")
  private static void loadOpenMp(Path gomp) throws Throwable {
    if (System.getenv("GOMP_SPINCOUNT") != null || System.getenv("OMP_WAIT_POLICY") != null) {
      SymbolLookup.libraryLookup(gomp, Arena.global());
      return;
    }
    Linker linker = Linker.nativeLinker();
    MethodHandle setenv =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("setenv"),
            FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, JAVA_INT));
    MethodHandle unsetenv =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("unsetenv"),
            FunctionDescriptor.of(JAVA_INT, ADDRESS));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocateFrom("GOMP_SPINCOUNT");
      int _ = (int) setenv.invokeExact(name, arena.allocateFrom(SPIN_COUNT), 0);
      try {
        SymbolLookup.libraryLookup(gomp, Arena.global());
      } finally {
        int _ = (int) unsetenv.invokeExact(name);
      }
    }
  }

  /** A function of the host library; {@code result} null for none. */
  @SuppressWarnings("restricted")
  MethodHandle bind(String name, MemoryLayout result, MemoryLayout... arguments) {
    FunctionDescriptor type =
        result == null
            ? FunctionDescriptor.ofVoid(arguments)
            : FunctionDescriptor.of(result, arguments);
    return Linker.nativeLinker().downcallHandle(lookup.findOrThrow(name), type);
  }
}

package chladni.tests.runtime;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;

/** What tests/native/allocations.c sees; in a JVM that was started by {@link #childJvm}. */
final class AllocationProbe {
  private static final Path SOURCE = Path.of("native/allocations.c");
  private static final Path LIBRARY = Path.of("target/native/liballocations.so").toAbsolutePath();
  private static final String LIBRARY_PROPERTY = "allocations";

  private final SymbolLookup lookup;
  private final MethodHandle start;
  private final MethodHandle stop;
  private final MethodHandle count;
  private final MethodHandle track;
  private final MethodHandle alive;

  /**
   * A probe on these libraries.
   *
   * @param libraries starts of file names, separated by commas; they are loaded already
   */
  @SuppressWarnings("restricted")
  AllocationProbe(String libraries) {
    Path library = Path.of(System.getProperty(LIBRARY_PROPERTY));
    lookup = SymbolLookup.libraryLookup(library, Arena.global());
    start = handle("probe_start", FunctionDescriptor.ofVoid(JAVA_LONG));
    stop = handle("probe_stop", FunctionDescriptor.of(JAVA_LONG));
    count = handle("probe_count", FunctionDescriptor.of(JAVA_LONG, JAVA_INT));
    track = handle("probe_track", FunctionDescriptor.ofVoid());
    alive = handle("probe_alive", FunctionDescriptor.of(JAVA_LONG, JAVA_INT));
    MethodHandle watch = handle("probe_watch", FunctionDescriptor.of(JAVA_INT, ADDRESS));
    try {
      MemorySegment names = Arena.global().allocateFrom(libraries);
      int segments = (int) watch.invokeExact(names);
      // Without AssertJ: the soak's class path has the application's libraries alone.
      if (segments <= 0) {
        throw new AssertionError("no code segments of " + libraries);
      }
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  @SuppressWarnings("restricted")
  private MethodHandle handle(String name, FunctionDescriptor type) {
    return Linker.nativeLinker().downcallHandle(lookup.findOrThrow(name), type);
  }

  /** A JVM with the probe in front of the C library. */
  static ChildJvm childJvm() throws IOException, InterruptedException {
    compile();
    return new ChildJvm()
        .preload(LIBRARY.toString())
        .option("-D" + LIBRARY_PROPERTY + "=" + LIBRARY);
  }

  private static synchronized void compile() throws IOException, InterruptedException {
    if (!Files.exists(LIBRARY)
        || Files.getLastModifiedTime(LIBRARY).compareTo(Files.getLastModifiedTime(SOURCE)) < 0) {
      Files.createDirectories(LIBRARY.getParent());
      Process cc =
          new ProcessBuilder(
                  "cc", "-O2", "-Wall", "-shared", "-fPIC", "-o", LIBRARY.toString(), SOURCE.toString())
              .redirectErrorStream(true)
              .start();
      String output = new String(cc.getInputStream().readAllBytes());
      assertThat(cc.waitFor()).as(output).isZero();
    }
  }

  /** Counts from zero. */
  void start() {
    startRefusing(0);
  }

  /** Counts from zero and refuses one call, counted from 1; 0 for none. */
  void startRefusing(long call) {
    try {
      start.invokeExact(call);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  /** All calls since the start. */
  long stop() {
    try {
      return (long) stop.invokeExact();
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  /** Calls of the n-th library. */
  long count(int library) {
    try {
      return (long) count.invokeExact(library);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  /** From now on blocks are followed from their allocation to whoever frees them. */
  void track() {
    try {
      track.invokeExact();
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  /** Blocks of the n-th library that were allocated since {@link #track} and are not freed yet. */
  long alive(int library) {
    try {
      return (long) alive.invokeExact(library);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }
}

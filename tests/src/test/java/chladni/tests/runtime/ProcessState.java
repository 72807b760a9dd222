package chladni.tests.runtime;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TimeZone;
import java.util.TreeMap;
import java.util.TreeSet;

/** What a guest must not change in its host, as text: C's side of the process and Java's. */
record ProcessState(Map<String, String> facts) {
  private static final int LC_ALL = 6;
  private static final int LAST_SIGNAL = 64;
  private static final List<String> STATUS =
      List.of("Umask", "SigBlk", "SigIgn", "SigCgt", "Cpus_allowed", "CoreDumping", "Seccomp");

  /** As the calling thread sees it now. */
  static ProcessState now() {
    Map<String, String> facts = new TreeMap<>();
    try (Arena arena = Arena.ofConfined()) {
      environment()
          .forEach(entry -> facts.put("environment " + entry.replaceFirst("=.*", ""), entry));
      facts.put("locale", setlocale());
      facts.put("rounding mode", roundingMode(arena));
      for (int signal = 1; signal <= LAST_SIGNAL; signal++) {
        facts.put("action of signal " + signal, action(arena, signal));
      }
      for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
        if (STATUS.contains(line.substring(0, line.indexOf(':')))) {
          facts.put(line.substring(0, line.indexOf(':')), line);
        }
      }
      facts.put("limits", Files.readString(Path.of("/proc/self/limits")));
      facts.put("folder", Path.of("/proc/self/cwd").toRealPath().toString());
      facts.put("java locale", Locale.getDefault().toString());
      facts.put("java time zone", TimeZone.getDefault().getID());
      facts.put("java properties", new TreeMap<>(System.getProperties()).toString());
      facts.put("java handler", String.valueOf(Thread.getDefaultUncaughtExceptionHandler()));
      facts.put("java streams", System.out + " " + System.err + " " + System.in);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return new ProcessState(facts);
  }

  /** The facts that another state has otherwise. */
  List<String> differences(ProcessState other) {
    Set<String> names = new TreeSet<>(facts.keySet());
    names.addAll(other.facts.keySet());
    List<String> differences = new ArrayList<>();
    for (String name : names) {
      String before = facts.get(name);
      String after = other.facts.get(name);
      if (!Objects.equals(before, after)) {
        differences.add(name + ": " + before + " became " + after);
      }
    }
    return differences;
  }

  /**
   * The control word of the x87 and MXCSR without its sticky flags: rounding, masked exceptions,
   * denormals.
   */
  static String roundingMode(Arena arena) {
    MemorySegment fenv = arena.allocate(32, 8);
    invoke(function("fegetenv", FunctionDescriptor.of(JAVA_INT, ADDRESS)), fenv);
    int control = Short.toUnsignedInt(fenv.get(JAVA_SHORT, 0));
    return "x87 %04x, MXCSR %04x".formatted(control, fenv.get(JAVA_INT, 28) & ~0x3F);
  }

  private static String setlocale() {
    MethodHandle setlocale =
        function("setlocale", FunctionDescriptor.of(ADDRESS, JAVA_INT, ADDRESS));
    return text((MemorySegment) invoke(setlocale, LC_ALL, MemorySegment.NULL));
  }

  private static String action(Arena arena, int signal) {
    MemorySegment action = arena.allocate(152, 8);
    MethodHandle sigaction =
        function("sigaction", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, ADDRESS));
    int status = (int) invoke(sigaction, signal, MemorySegment.NULL, action);
    // The C library leaves what the kernel does not know of the mask as it was.
    return status == 0
        ? "%x, mask %x, flags %x"
            .formatted(
                action.get(JAVA_LONG, 0), action.get(JAVA_LONG, 8), action.get(JAVA_INT, 136))
        : "none";
  }

  /** What C sees, which is not what Java remembers. */
  @SuppressWarnings("restricted")
  private static List<String> environment() {
    List<String> all = new ArrayList<>();
    MemorySegment array =
        Linker.nativeLinker()
            .defaultLookup()
            .findOrThrow("environ")
            .reinterpret(ADDRESS.byteSize())
            .get(ADDRESS, 0)
            .reinterpret(Long.MAX_VALUE);
    for (long i = 0; array.getAtIndex(ADDRESS, i).address() != 0; i++) {
      all.add(text(array.getAtIndex(ADDRESS, i)));
    }
    return all;
  }

  @SuppressWarnings("restricted")
  private static MethodHandle function(String name, FunctionDescriptor type) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), type);
  }

  private static Object invoke(MethodHandle function, Object... arguments) {
    try {
      return function.invokeWithArguments(arguments);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  @SuppressWarnings("restricted")
  private static String text(MemorySegment pointer) {
    return pointer.reinterpret(Long.MAX_VALUE).getString(0);
  }
}

package chladni.engine.memory;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/**
 * Large blocks straight from the kernel, on pages of 2 MiB where it has them: weights and
 * activations are walked from end to end, and with 4 KiB pages a good part of that time goes to
 * address translation. The advice must come before the first touch, so the JDK's allocator will not
 * do.
 */
final class HugePages {
  private static final long PAGE = 2L << 20;
  private static final int READ_WRITE = 3;
  private static final int PRIVATE_ANONYMOUS = 0x22;
  private static final int MADV_HUGEPAGE = 14;

  /** Null where there is no Linux underneath. */
  private static final HugePages INSTANCE = find();

  private final MethodHandle mmap;
  private final MethodHandle munmap;
  private final MethodHandle madvise;

  private HugePages(SymbolLookup libc) {
    mmap =
        handle(libc, "mmap", ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG);
    munmap = handle(libc, "munmap", JAVA_INT, ADDRESS, JAVA_LONG);
    madvise = handle(libc, "madvise", JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
  }

  @SuppressWarnings("restricted")
  private static HugePages find() {
    return System.getProperty("os.name").equals("Linux")
        ? new HugePages(Linker.nativeLinker().defaultLookup())
        : null;
  }

  @SuppressWarnings("restricted")
  private static MethodHandle handle(
      SymbolLookup libc, String name, MemoryLayout result, MemoryLayout... arguments) {
    return Linker.nativeLinker()
        .downcallHandle(libc.findOrThrow(name), FunctionDescriptor.of(result, arguments));
  }

  /**
   * A zeroed block that is unmapped with the arena; null for a small one, whose tail would be
   * wasted.
   *
   * @throws OutOfMemoryError when the kernel refuses
   */
  static MemorySegment allocate(Arena arena, long bytes) {
    return INSTANCE == null || bytes < PAGE ? null : INSTANCE.map(arena, bytes);
  }

  @SuppressWarnings("restricted")
  private MemorySegment map(Arena arena, long bytes) {
    long mapped = bytes + PAGE;
    try {
      MemorySegment base =
          (MemorySegment)
              mmap.invokeExact(MemorySegment.NULL, mapped, READ_WRITE, PRIVATE_ANONYMOUS, -1, 0L);
      if (base.address() == -1) {
        throw new OutOfMemoryError("mmap of " + mapped + " bytes");
      }
      long start = Math.ceilDiv(base.address(), PAGE) * PAGE;
      MemorySegment block =
          MemorySegment.ofAddress(start).reinterpret(bytes, arena, _ -> unmap(base, mapped));
      int _ = (int) madvise.invokeExact(block, bytes, MADV_HUGEPAGE);
      return block;
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  private void unmap(MemorySegment base, long mapped) {
    try {
      int status = (int) munmap.invokeExact(base, mapped);
      if (status != 0) {
        throw new IllegalStateException("munmap of " + mapped + " bytes at " + base.address());
      }
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }
}

package chladni.engine.memory;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Blocks of zeros from the C library, large ones straight from the kernel on pages of 2 MiB where it
 * has them: weights and activations are walked from end to end, and with 4 KiB pages a good part of
 * that time goes to address translation. The JDK's allocator will not do: the advice must come before
 * the first touch, and what it gives counts against {@code -XX:MaxDirectMemorySize}, which is the
 * size of the heap unless somebody thought of it.
 */
final class HostBlocks {
  private static final long PAGE = 2L << 20;
  private static final int READ_WRITE = 3;
  private static final int PRIVATE_ANONYMOUS = 0x22;
  private static final int MADV_HUGEPAGE = 14;

  /** Null where there is no Linux underneath. */
  private static final HostBlocks INSTANCE = find();

  private final MethodHandle mmap;
  private final MethodHandle munmap;
  private final MethodHandle madvise;
  private final MethodHandle alignedAlloc;
  private final MethodHandle free;

  private HostBlocks() {
    mmap = handle("mmap", ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG);
    munmap = handle("munmap", JAVA_INT, ADDRESS, JAVA_LONG);
    madvise = handle("madvise", JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
    alignedAlloc = handle("aligned_alloc", ADDRESS, JAVA_LONG, JAVA_LONG);
    free = handle("free", null, ADDRESS);
  }

  private static HostBlocks find() {
    return System.getProperty("os.name").equals("Linux") ? new HostBlocks() : null;
  }

  /** A function as the whole process has it: that of a preloaded allocator, if there is one. */
  @SuppressWarnings("restricted")
  private static MethodHandle handle(
      String name, MemoryLayout result, MemoryLayout... arguments) {
    FunctionDescriptor type =
        result == null
            ? FunctionDescriptor.ofVoid(arguments)
            : FunctionDescriptor.of(result, arguments);
    Linker linker = Linker.nativeLinker();
    MethodHandle dlsym =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("dlsym"),
            FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment function =
          (MemorySegment) dlsym.invokeExact(MemorySegment.NULL, arena.allocateFrom(name));
      return linker.downcallHandle(function, type);
    } catch (Throwable e) {
      throw rethrow(e);
    }
  }

  /**
   * A block that is freed with the arena.
   *
   * @param bytes a multiple of the alignment
   * @throws OutOfMemoryError when there is none
   */
  static MemorySegment allocate(Arena arena, long bytes, long alignment) {
    if (INSTANCE == null) {
      return arena.allocate(bytes, alignment);
    }
    return bytes < PAGE
        ? INSTANCE.small(arena, bytes, alignment)
        : INSTANCE.large(arena, bytes);
  }

  @SuppressWarnings("restricted")
  private MemorySegment small(Arena arena, long bytes, long alignment) {
    try {
      MemorySegment base = (MemorySegment) alignedAlloc.invokeExact(alignment, bytes);
      if (base.address() == 0) {
        throw new OutOfMemoryError("aligned_alloc of " + bytes + " bytes");
      }
      return base.reinterpret(bytes, arena, this::release).fill((byte) 0);
    } catch (Throwable e) {
      throw rethrow(e);
    }
  }

  private void release(MemorySegment block) {
    try {
      free.invokeExact(block);
    } catch (Throwable e) {
      throw rethrow(e);
    }
  }

  @SuppressWarnings("restricted")
  private MemorySegment large(Arena arena, long bytes) {
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
    } catch (Throwable e) {
      throw rethrow(e);
    }
  }

  private void unmap(MemorySegment base, long mapped) {
    try {
      int status = (int) munmap.invokeExact(base, mapped);
      if (status != 0) {
        throw new IllegalStateException("munmap of " + mapped + " bytes at " + base.address());
      }
    } catch (Throwable e) {
      throw rethrow(e);
    }
  }

  private static RuntimeException rethrow(Throwable e) {
    return switch (e) {
      case RuntimeException r -> r;
      case Error error -> throw error;
      default -> new IllegalStateException(e);
    };
  }
}

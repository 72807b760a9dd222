package chladni.engine.backend.cpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import chladni.engine.backend.Listing;
import chladni.engine.backend.NonFinite;
import chladni.engine.backend.listing.Lister;
import chladni.engine.backend.listing.Suspect;
import chladni.engine.graph.DType;
import chladni.engine.graph.Shape;
import chladni.engine.memory.HostArena;
import chladni.engine.plan.Buffer;
import chladni.engine.plan.Format;
import chladni.engine.plan.Layout;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** One run, step by step, with a look at what each step leaves. */
final class Trace {
  private final CpuBackend backend;
  private final CpuStore store;
  private NonFinite first;

  Trace(CpuBackend backend, CpuStore store) {
    this.backend = backend;
    this.store = store;
  }

  Optional<NonFinite> first() {
    return Optional.ofNullable(first);
  }

  /** On the backend's thread. */
  void run(BoundProgram program) {
    Binding binding = program.binding();
    // A step that fills a part of a buffer must not be blamed for what an earlier run left beside it.
    binding.clear();
    Set<Listing.Place> before =
        binding.outside().stream()
            .filter(b -> !isFinite(binding, b))
            .map(binding::place)
            .collect(Collectors.toSet());
    for (int i = 0; i < program.lines().size(); i++) {
      backend.library().programRunRange(program.program(), i, i + 1);
      for (Buffer result : program.lines().get(i).writes()) {
        if (first == null && !isFinite(binding, result)) {
          Listing.Step step = program.lines().get(i).listed();
          Listing.Tensor where = new Lister(binding).tensor(result);
          first = describe(binding, new Suspect(i, step, result, where, before));
        }
      }
    }
  }

  private static boolean isFinite(Binding binding, Buffer buffer) {
    if (buffer.type().dtype() != DType.FLOAT) {
      return true;
    }
    MemorySegment values = binding.segment(buffer);
    long n = binding.elements(buffer);
    for (long i = 0; i < n; i++) {
      if (!Float.isFinite(value(values, buffer.format(), i))) {
        return false;
      }
    }
    return true;
  }

  private static float value(MemorySegment values, Format format, long i) {
    return switch (format) {
      case SINGLE -> values.getAtIndex(JAVA_FLOAT, i);
      case BFLOAT16 -> Float.intBitsToFloat(values.getAtIndex(JAVA_SHORT, i) << 16);
    };
  }

  private NonFinite describe(Binding binding, Suspect suspect) {
    Buffer result = suspect.result();
    Shape shape = result.type().shape();
    MemorySegment values = binding.segment(result);
    if (result.layout() != Layout.PACKED) {
      return suspect.describe(i -> value(values, result.format(), i));
    }
    long plain = backend.library().layoutPlain(shape.dims());
    try (HostArena arena = new HostArena("trace")) {
      MemorySegment unpacked = arena.allocate(shape.elements() * Float.BYTES);
      store.reorder(binding.weightLayout(result), values, plain, unpacked, result.label());
      return suspect.describe(i -> value(unpacked, Format.SINGLE, i));
    } finally {
      backend.library().layoutDestroy(plain);
    }
  }
}

package chladni.engine.backend.cpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import chladni.engine.backend.Listing;
import chladni.engine.backend.NonFinite;
import chladni.engine.backend.listing.Lister;
import chladni.engine.graph.DType;
import chladni.engine.graph.Shape;
import chladni.engine.memory.HostArena;
import chladni.engine.plan.Buffer;
import chladni.engine.plan.Format;
import chladni.engine.plan.Layout;
import java.lang.foreign.MemorySegment;
import java.util.List;
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
          first = describe(binding, i, program.lines().get(i).listed(), result, before);
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

  private NonFinite describe(
      Binding binding, int number, Listing.Step step, Buffer result, Set<Listing.Place> before) {
    Shape shape = result.type().shape();
    long n = shape.elements();
    long count = 0;
    long least = n;
    float value = 0;
    try (HostArena arena = new HostArena("trace")) {
      MemorySegment values = binding.segment(result);
      boolean last = result.layout() == Layout.CHANNELS_LAST;
      if (result.layout() == Layout.PACKED) {
        long plain = backend.library().layoutPlain(shape.dims());
        MemorySegment packed = values;
        values = arena.allocate(n * Float.BYTES);
        store.reorder(binding.weightLayout(result), packed, plain, values, result.label());
        backend.library().layoutDestroy(plain);
      }
      for (long i = 0; i < n; i++) {
        float v = value(values, result.format(), i);
        if (!Float.isFinite(v)) {
          long at = last ? rowMajor(shape, i) : i;
          count++;
          if (at < least) {
            least = at;
            value = v;
          }
        }
      }
    }
    List<String> sources =
        step.reads().stream()
            .map(Listing.Tensor::place)
            .filter(before::contains)
            .map(Listing.Place::toString)
            .distinct()
            .toList();
    return new NonFinite(
        number,
        step.label(),
        step.nodes(),
        new Lister(binding).tensor(result),
        count,
        shape.index(least),
        value,
        sources);
  }

  /** The place of element {@code i} of N, H, W, C in N, C, H, W. */
  private static long rowMajor(Shape shape, long i) {
    long c = shape.dim(1);
    long plane = (long) shape.dim(2) * shape.dim(3);
    return (i / (c * plane)) * c * plane + i % c * plane + i / c % plane;
  }
}

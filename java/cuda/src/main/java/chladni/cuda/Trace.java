package chladni.cuda;

import chladni.engine.backend.Listing;
import chladni.engine.backend.NonFinite;
import chladni.engine.backend.listing.Lister;
import chladni.engine.backend.listing.Suspect;
import chladni.engine.graph.DType;
import chladni.engine.plan.Buffer;
import chladni.engine.plan.Layout;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import jcuda.Pointer;

/** One run, step by step instead of as a graph, with a look at what each step leaves. */
final class Trace implements BoundProgram.Visitor {
  private final Driver driver;
  private final Binding binding;
  private Set<Listing.Place> before;
  private NonFinite first;

  private Trace(Driver driver, Binding binding) {
    this.driver = driver;
    this.binding = binding;
  }

  /** Runs on the device; the first result that is not finite. */
  static Optional<NonFinite> of(Driver driver, BoundProgram program) {
    Trace trace = new Trace(driver, program.binding());
    // A step that fills a part of a buffer is not to blame for what an earlier run left beside it.
    program.binding().clear();
    program.walk(trace);
    return Optional.ofNullable(trace.first);
  }

  @Override
  public void begin() {
    before =
        binding.outside().stream()
            .filter(b -> !isFinite(floats(b)))
            .map(binding::place)
            .collect(Collectors.toSet());
  }

  @Override
  public void after(int index, CudaLowering.Line line) {
    for (Buffer result : line.writes()) {
      float[] values = first == null ? floats(result) : new float[0];
      if (!isFinite(values)) {
        Listing.Tensor where = new Lister(binding).tensor(result);
        first =
            new Suspect(index, line.listed(), result, where, before)
                .describe(at -> values[(int) at]);
      }
    }
  }

  /** The values of a FLOAT buffer, weights row-major, others as they lie; none of other types. */
  private float[] floats(Buffer buffer) {
    if (buffer.type().dtype() != DType.FLOAT) {
      return new float[0];
    }
    float[] values = new float[Math.toIntExact(Binding.elements(buffer))];
    switch (buffer.format()) {
      case SINGLE ->
          driver.copyOut(Pointer.to(values), binding.pointer(buffer), binding.bytes(buffer));
      case BFLOAT16 -> {
        short[] halves = new short[values.length];
        driver.copyOut(Pointer.to(halves), binding.pointer(buffer), binding.bytes(buffer));
        for (int i = 0; i < values.length; i++) {
          values[i] = Float.intBitsToFloat(halves[i] << 16);
        }
      }
    }
    boolean turned = buffer.layout() == Layout.PACKED && binding.isChannelsLast(buffer);
    return turned ? ChannelOrder.rowMajor(buffer.type().shape(), values) : values;
  }

  private static boolean isFinite(float[] values) {
    for (float v : values) {
      if (!Float.isFinite(v)) {
        return false;
      }
    }
    return true;
  }
}

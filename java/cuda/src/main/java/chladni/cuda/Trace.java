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
final class Trace {
  private final Driver driver;
  private NonFinite first;

  Trace(Driver driver) {
    this.driver = driver;
  }

  Optional<NonFinite> first() {
    return Optional.ofNullable(first);
  }

  /** On the device. */
  void run(BoundProgram program) {
    Binding binding = program.binding();
    // A step that fills a part of a buffer is not to blame for what an earlier run left beside it.
    binding.clear();
    program.copyIn();
    driver.synchronize();
    Set<Listing.Place> before =
        binding.outside().stream()
            .filter(b -> !isFinite(floats(binding, b)))
            .map(binding::place)
            .collect(Collectors.toSet());
    for (int i = 0; i < program.lines().size(); i++) {
      CudaLowering.Line line = program.lines().get(i);
      run(line);
      for (Buffer result : line.writes()) {
        float[] values = first == null ? floats(binding, result) : new float[0];
        if (!isFinite(values)) {
          Listing.Tensor where = new Lister(binding).tensor(result);
          first =
              new Suspect(i, line.listed(), result, where, before)
                  .describe(at -> values[(int) at]);
        }
      }
    }
    program.copyOut();
    driver.synchronize();
  }

  private void run(CudaLowering.Line line) {
    line.work().run();
    driver.synchronize();
    if (line.host() != null) {
      line.host().compute();
      line.host().deliver();
      driver.synchronize();
    }
  }

  /** The values of a FLOAT buffer, weights row-major, others as they lie; none of other types. */
  private float[] floats(Binding binding, Buffer buffer) {
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

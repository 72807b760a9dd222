package chladni.cuda;

import chladni.engine.backend.Precision;
import chladni.engine.backend.ProgramException;
import chladni.engine.backend.Store;
import chladni.engine.graph.DType;
import chladni.engine.graph.Variable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import jcuda.Pointer;

/** Variables in device memory, row-major, one block each. */
final class CudaStore implements Store {
  private final CudaBackend backend;
  private final long seed;
  private final Map<String, Entry> entries = new LinkedHashMap<>();
  private boolean closed;

  private record Entry(Variable variable, DeviceMemory memory) {}

  CudaStore(CudaBackend backend, long seed) {
    this.backend = backend;
    this.seed = seed;
  }

  CudaBackend backend() {
    return backend;
  }

  @Override
  public long seed() {
    return seed;
  }

  @Override
  public Precision precision() {
    return Precision.FP32;
  }

  @Override
  public List<Variable> variables() {
    return entries.values().stream().map(Entry::variable).toList();
  }

  @Override
  public void declare(Variable variable) {
    checkOpen();
    Entry known = entries.get(variable.name());
    if (known != null) {
      if (!known.variable.type().equals(variable.type())) {
        throw new ProgramException(
            "variable '%s': the store holds it as %s, got %s. Rename one of them."
                .formatted(variable.name(), known.variable.type(), variable.type()));
      }
      return;
    }
    float[] first = variable.initializer().values(variable.name(), variable.shape(), seed);
    checkLength(variable, first.length);
    Entry e =
        backend.exclusively(
            () ->
                new Entry(
                    variable,
                    new DeviceMemory(
                        backend.driver(),
                        variable.shape().elements() * Float.BYTES,
                        "variable '" + variable.name() + "'")));
    if (variable.type().dtype() == DType.FLOAT) {
      copyIn(e, Pointer.to(first));
    } else {
      int[] values = new int[first.length];
      for (int i = 0; i < values.length; i++) {
        values[i] = (int) first[i];
      }
      copyIn(e, Pointer.to(values));
    }
    entries.put(variable.name(), e);
  }

  DeviceMemory memory(String name) {
    return entries.get(name).memory;
  }

  @Override
  public float[] floats(String name) {
    Entry e = find(name, DType.FLOAT);
    float[] values = new float[Math.toIntExact(e.variable.shape().elements())];
    copyOut(Pointer.to(values), e);
    return values;
  }

  @Override
  public double[] doubles(String name) {
    float[] values = floats(name);
    double[] wide = new double[values.length];
    for (int i = 0; i < wide.length; i++) {
      wide[i] = values[i];
    }
    return wide;
  }

  @Override
  public int[] ints(String name) {
    Entry e = find(name, DType.INT32);
    int[] values = new int[Math.toIntExact(e.variable.shape().elements())];
    copyOut(Pointer.to(values), e);
    return values;
  }

  @Override
  public void set(String name, float[] values) {
    Entry e = find(name, DType.FLOAT);
    checkLength(e.variable, values.length);
    copyIn(e, Pointer.to(values));
  }

  @Override
  public void set(String name, int[] values) {
    Entry e = find(name, DType.INT32);
    checkLength(e.variable, values.length);
    copyIn(e, Pointer.to(values));
  }

  private void copyIn(Entry e, Pointer from) {
    backend.exclusively(() -> backend.driver().copyIn(e.memory.at(0), from, bytes(e)));
  }

  private void copyOut(Pointer to, Entry e) {
    backend.exclusively(() -> backend.driver().copyOut(to, e.memory.at(0), bytes(e)));
  }

  private static long bytes(Entry e) {
    return e.variable.shape().elements() * Float.BYTES;
  }

  @Override
  public void close() {
    if (!closed && !backend.isClosed()) {
      backend.forget(this);
      backend.exclusively(this::free);
    }
    closed = true;
  }

  /** Frees device memory, once; the caller has the device. */
  void free() {
    closed = true;
    entries.values().forEach(e -> e.memory.close());
    entries.clear();
  }

  void checkOpen() {
    if (closed) {
      throw new ProgramException("store: it is closed. Keep it open while its programs run.");
    }
  }

  private Entry find(String name, DType dtype) {
    checkOpen();
    Entry e = entries.get(name);
    if (e == null) {
      throw new ProgramException(
          "variable '%s': the store has none of this name; it has %s. Compile a program first."
              .formatted(name, entries.keySet()));
    }
    if (e.variable.type().dtype() != dtype) {
      throw new ProgramException(
          "variable '%s': it is %s, not %s. Use the accessor of its type."
              .formatted(name, e.variable.type().dtype(), dtype));
    }
    return e;
  }

  private static void checkLength(Variable variable, int length) {
    if (variable.shape().elements() != length) {
      throw new ProgramException(
          "variable '%s': %s takes %d values, got %d."
              .formatted(variable.name(), variable.shape(), variable.shape().elements(), length));
    }
  }
}

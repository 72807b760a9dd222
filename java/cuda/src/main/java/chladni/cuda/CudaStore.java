package chladni.cuda;

import chladni.engine.backend.Declarations;
import chladni.engine.backend.Ledger;
import chladni.engine.backend.Precision;
import chladni.engine.backend.ProgramException;
import chladni.engine.backend.Store;
import chladni.engine.graph.DType;
import chladni.engine.graph.Variable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import jcuda.Pointer;

/** Variables in device memory, row-major, one block each. */
final class CudaStore implements Store {
  private final CudaBackend backend;
  private final Device device;
  private final long seed;
  private final Declarations declared = new Declarations();
  private final Map<String, DeviceMemory> memory = new HashMap<>();
  private final Ledger.Entry entry;

  CudaStore(CudaBackend backend, long seed) {
    this.backend = backend;
    this.device = backend.device();
    this.seed = seed;
    entry = backend.ledger().enter(this, "store with seed " + seed, freeing(device, memory));
  }

  private static Runnable freeing(Device device, Map<String, DeviceMemory> memory) {
    return () ->
        device.release(
            () -> {
              memory.values().forEach(DeviceMemory::close);
              memory.clear();
            });
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
    return declared.all();
  }

  @Override
  public void declare(Variable variable) {
    checkOpen();
    if (declared.has(variable)) {
      return;
    }
    float[] first = Declarations.first(variable, seed);
    device.run(
        () -> {
          checkOpen();
          String owner = "variable '" + variable.name() + "'";
          memory.put(variable.name(), new DeviceMemory(device.driver(), bytes(variable), owner));
        });
    declared.add(variable);
    if (variable.type().dtype() == DType.FLOAT) {
      copyIn(variable, Pointer.to(first));
    } else {
      int[] values = new int[first.length];
      for (int i = 0; i < values.length; i++) {
        values[i] = (int) first[i];
      }
      copyIn(variable, Pointer.to(values));
    }
  }

  DeviceMemory memory(String name) {
    return memory.get(name);
  }

  @Override
  public float[] floats(String name) {
    Variable variable = find(name, DType.FLOAT);
    float[] values = new float[elements(variable)];
    copyOut(Pointer.to(values), variable);
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
    Variable variable = find(name, DType.INT32);
    int[] values = new int[elements(variable)];
    copyOut(Pointer.to(values), variable);
    return values;
  }

  @Override
  public void set(String name, float[] values) {
    Variable variable = find(name, DType.FLOAT);
    Declarations.checkLength(variable, values.length);
    copyIn(variable, Pointer.to(values));
  }

  @Override
  public void set(String name, int[] values) {
    Variable variable = find(name, DType.INT32);
    Declarations.checkLength(variable, values.length);
    copyIn(variable, Pointer.to(values));
  }

  private void copyIn(Variable variable, Pointer from) {
    device.run(
        () -> device.driver().copyIn(opened(variable).at(0), from, bytes(variable)));
  }

  private void copyOut(Pointer to, Variable variable) {
    device.run(
        () -> device.driver().copyOut(to, opened(variable).at(0), bytes(variable)));
  }

  /** The memory of a variable, unless another thread has closed the store meanwhile. */
  private DeviceMemory opened(Variable variable) {
    checkOpen();
    return memory.get(variable.name());
  }

  private static int elements(Variable variable) {
    return Math.toIntExact(variable.shape().elements());
  }

  private static long bytes(Variable variable) {
    return variable.shape().elements() * Float.BYTES;
  }

  @Override
  public void close() {
    entry.close();
  }

  void checkOpen() {
    if (entry.isClosed()) {
      throw new ProgramException("store: it is closed. Keep it open while its programs run.");
    }
  }

  private Variable find(String name, DType dtype) {
    checkOpen();
    return declared.find(name, dtype);
  }
}

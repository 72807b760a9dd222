package chladni.cuda;

import chladni.engine.backend.BackendStore;
import chladni.engine.backend.Precision;
import chladni.engine.graph.DType;
import chladni.engine.graph.Shape;
import chladni.engine.graph.Variable;
import java.util.HashMap;
import java.util.Map;
import jcuda.Pointer;

/**
 * Variables in device memory, always in 32 bits, one block each. A convolution weight and its
 * moments may lie with their channels innermost, as cuDNN wants them beside pictures that do; here
 * they are row-major whenever they are read or set. Each variable counts its versions, so that its
 * copy in bfloat16 is known to be stale.
 */
final class CudaStore extends BackendStore {
  private final CudaBackend backend;
  private final Device device;
  private final Map<String, Held> held;
  private long epoch;

  /** A variable's memory and what is known of it. */
  private static final class Held {
    final Shape shape;
    final DeviceMemory memory;
    boolean channelsLast;
    boolean pinned;
    boolean bound;
    long version;
    DeviceMemory half;
    long halfVersion = -1;

    Held(Shape shape, DeviceMemory memory) {
      this.shape = shape;
      this.memory = memory;
    }

    void free() {
      memory.close();
      if (half != null) {
        half.close();
      }
    }
  }

  CudaStore(CudaBackend backend, long seed, Precision precision) {
    Map<String, Held> held = new HashMap<>();
    super(backend.ledger(), seed, precision, freeing(backend.device(), held));
    this.backend = backend;
    this.device = backend.device();
    this.held = held;
  }

  private static Runnable freeing(Device device, Map<String, Held> held) {
    return () ->
        device.release(
            () -> {
              held.values().forEach(Held::free);
              held.clear();
            });
  }

  CudaBackend backend() {
    return backend;
  }

  @Override
  protected void create(Variable variable, float[] first) {
    device.run(
        () -> {
          checkOpen();
          String owner = "variable '" + variable.name() + "'";
          DeviceMemory memory = new DeviceMemory(device.driver(), bytes(variable), owner);
          held.put(variable.name(), new Held(variable.shape(), memory));
        });
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

  // What programs bind to; for whoever has the device.

  /** Moves when a variable that a program is bound to changes its layout. */
  long epoch() {
    return epoch;
  }

  DeviceMemory memory(String name) {
    return held.get(name).memory;
  }

  boolean pinned(String name) {
    return held.get(name).pinned;
  }

  /** Row-major from now on, since a program uses it as an ordinary tensor. */
  void pin(String name) {
    bind(name, false);
    held.get(name).pinned = true;
  }

  /** Brings a variable of rank 4 into the order that a program wants it in. */
  void bind(String name, boolean channelsLast) {
    Held h = held.get(name);
    if (h.channelsLast != channelsLast) {
      float[] values = new float[Math.toIntExact(h.shape.elements())];
      device.driver().copyOut(Pointer.to(values), h.memory.at(0), h.memory.bytes());
      float[] turned =
          channelsLast
              ? ChannelOrder.channelsLast(h.shape, values)
              : ChannelOrder.rowMajor(h.shape, values);
      device.driver().copyIn(h.memory.at(0), Pointer.to(turned), h.memory.bytes());
      h.channelsLast = channelsLast;
      h.version++;
      epoch += h.bound ? 1 : 0;
    }
    h.bound = true;
  }

  /** The copy of a variable in bfloat16, element by element where the variable has them. */
  DeviceMemory half(String name) {
    Held h = held.get(name);
    if (h.half == null) {
      String owner = "the bfloat16 copy of variable '" + name + "'";
      h.half = new DeviceMemory(device.driver(), h.shape.elements() * Short.BYTES, owner);
    }
    return h.half;
  }

  /** A variable has a new value, or may have one. */
  void changed(String name) {
    held.get(name).version++;
  }

  boolean isHalfStale(String name) {
    Held h = held.get(name);
    return h.halfVersion != h.version;
  }

  /** The copy holds the newest version. */
  void halved(String name) {
    Held h = held.get(name);
    h.halfVersion = h.version;
  }

  @Override
  public float[] floats(String name) {
    Variable variable = find(name, DType.FLOAT);
    float[] values = new float[elements(variable)];
    return device.call(
        () -> {
          Held h = copyOut(Pointer.to(values), variable);
          return h.channelsLast ? ChannelOrder.rowMajor(h.shape, values) : values;
        });
  }

  @Override
  public int[] ints(String name) {
    Variable variable = find(name, DType.INT32);
    int[] values = new int[elements(variable)];
    device.run(() -> copyOut(Pointer.to(values), variable));
    return values;
  }

  @Override
  public void set(String name, float[] values) {
    Variable variable = find(name, DType.FLOAT, values.length);
    device.run(
        () -> {
          boolean turn = opened(variable).channelsLast;
          float[] all = turn ? ChannelOrder.channelsLast(variable.shape(), values) : values;
          copyIn(variable, Pointer.to(all));
        });
  }

  @Override
  public void set(String name, int[] values) {
    Variable variable = find(name, DType.INT32, values.length);
    copyIn(variable, Pointer.to(values));
  }

  private void copyIn(Variable variable, Pointer from) {
    device.run(
        () -> {
          Held h = opened(variable);
          device.driver().copyIn(h.memory.at(0), from, bytes(variable));
          h.version++;
        });
  }

  private Held copyOut(Pointer to, Variable variable) {
    Held h = opened(variable);
    device.driver().copyOut(to, h.memory.at(0), bytes(variable));
    return h;
  }

  /** A variable's memory, unless another thread has closed the store meanwhile. */
  private Held opened(Variable variable) {
    checkOpen();
    return held.get(variable.name());
  }

  private static int elements(Variable variable) {
    return Math.toIntExact(variable.shape().elements());
  }

  private static long bytes(Variable variable) {
    return variable.shape().elements() * Float.BYTES;
  }
}

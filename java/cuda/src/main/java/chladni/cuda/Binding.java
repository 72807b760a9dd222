package chladni.cuda;

import chladni.engine.plan.Buffer;
import chladni.engine.plan.Layout;
import chladni.engine.plan.MemoryPlan;
import chladni.engine.plan.Place;
import chladni.engine.plan.Plan;
import chladni.engine.plan.View;
import java.util.HashMap;
import java.util.Map;
import jcuda.driver.CUdeviceptr;

/**
 * Where the buffers of one plan lie on the device. A packed family is row-major here: our kernels
 * read weights as they lie in files.
 */
final class Binding implements AutoCloseable {
  private final CudaStore store;
  private final MemoryPlan memory;
  private final DeviceMemory arena;
  private final Map<String, DeviceMemory> rim = new HashMap<>();

  Binding(Driver driver, CudaStore store, Plan plan) {
    this.store = store;
    memory = plan.memory(Binding::bytes);
    arena = new DeviceMemory(driver, memory.bytes(), "the program's arena");
    try {
      plan.inputs().forEach((name, b) -> rim(driver, "in:" + name, b));
      plan.outputs().forEach((name, b) -> rim(driver, "out:" + name, b));
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private void rim(Driver driver, String key, Buffer buffer) {
    rim.put(key, new DeviceMemory(driver, bytes(buffer), key));
  }

  static long bytes(Buffer buffer) {
    return elements(buffer) * Float.BYTES;
  }

  static long elements(Buffer buffer) {
    return buffer.type().shape().elements();
  }

  private DeviceMemory holder(Buffer root) {
    return switch (root.place()) {
      case Place.Arena _ -> arena;
      case Place.OfVariable(String name) -> store.memory(name);
      case Place.OfInput(String name) -> rim.get("in:" + name);
      case Place.OfOutput(String name) -> rim.get("out:" + name);
      case Place.Alias _ -> throw new IllegalStateException("a root is no alias: " + root);
    };
  }

  private long offset(Buffer root) {
    return root.place() instanceof Place.Arena ? memory.offset(root) : 0;
  }

  long address(Buffer buffer) {
    Buffer root = buffer.root();
    return holder(root).address() + offset(root);
  }

  long address(View view) {
    return address(view.buffer()) + view.offset() * Float.BYTES;
  }

  CUdeviceptr pointer(Buffer buffer) {
    Buffer root = buffer.root();
    return holder(root).at(offset(root));
  }

  /** Such as {@code arena+4096}, for listings. */
  String where(Buffer buffer) {
    Buffer root = buffer.root();
    return switch (root.place()) {
      case Place.Arena _ -> "arena+" + memory.offset(root);
      case Place.OfVariable(String name) -> name;
      case Place.OfInput(String name) -> "in:" + name;
      case Place.OfOutput(String name) -> "out:" + name;
      case Place.Alias _ -> throw new IllegalStateException("a root is no alias: " + root);
    };
  }

  static String layout(Buffer buffer) {
    return buffer.layout() == Layout.CHANNELS_LAST ? "nhwc" : "row-major";
  }

  long arenaBytes() {
    return memory.bytes();
  }

  @Override
  public void close() {
    arena.close();
    rim.values().forEach(DeviceMemory::close);
    rim.clear();
  }
}

package chladni.tests.cuda;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import jcuda.Pointer;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.JCudaDriver;
import jcuda.jcudnn.JCudnn;
import jcuda.jcudnn.cudnnBackendDescriptor;
import jcuda.jcudnn.cudnnHandle;

/** cuDNN's backend API as it is, for mistakes that the backend would not make. */
final class RawCudnn implements AutoCloseable {
  static final int DATA_TYPE = 1;
  static final int INT64 = 3;
  static final int FLOAT = 4;
  static final int POINTER = 6;
  static final int CONVOLUTION_MODE = 7;
  static final int HEURISTIC_MODE = 8;
  static final int DESCRIPTOR = 15;
  private static final int HANDLE = 0;
  private static final int TEXT = 24;

  private final Pointer values = new Pointer();
  private final ByteBuffer bytes;
  private final Handle handle = new Handle();
  private final List<CUdeviceptr> blocks = new ArrayList<>();

  private static final class Handle extends cudnnHandle {
    long address() {
      return getNativePointer();
    }
  }

  /** A descriptor whose address can be asked for. */
  static final class Descriptor extends cudnnBackendDescriptor {
    long address() {
      return getNativePointer();
    }
  }

  private static final class Address extends CUdeviceptr {
    Address(CUdeviceptr of) {
      super(of);
    }

    long value() {
      return getNativePointer();
    }
  }

  RawCudnn() {
    JCudaDriver.cuMemAllocHost(values, 4096);
    bytes = values.getByteBuffer(0, 4096).order(ByteOrder.nativeOrder());
    JCudnn.cudnnCreate(handle);
  }

  Descriptor make(int kind) {
    Descriptor d = new Descriptor();
    JCudnn.cudnnBackendCreateDescriptor(kind, d);
    return d;
  }

  /** Values of 8 bytes; what cuDNN answers. */
  int set(Descriptor d, int name, int type, long... list) {
    for (int i = 0; i < list.length; i++) {
      bytes.putLong(8 * i, list[i]);
    }
    return JCudnn.cudnnBackendSetAttribute(d, name, type, list.length, values);
  }

  /** One value of 4 bytes. */
  int choose(Descriptor d, int name, int type, int value) {
    bytes.putInt(0, value);
    return JCudnn.cudnnBackendSetAttribute(d, name, type, 1, values);
  }

  int refer(Descriptor d, int name, Descriptor to) {
    return set(d, name, DESCRIPTOR, to.address());
  }

  int setHandle(Descriptor d, int name) {
    return set(d, name, HANDLE, handle.address());
  }

  /** The plan as text. */
  String text(Descriptor plan) {
    long[] count = new long[1];
    JCudnn.cudnnBackendGetAttribute(plan, 405, TEXT, 4096, count, values);
    byte[] text = new byte[(int) count[0]];
    bytes.get(0, text);
    return new String(text, StandardCharsets.UTF_8);
  }

  int setText(Descriptor plan, String text) {
    bytes.put(0, text.getBytes(StandardCharsets.UTF_8));
    return JCudnn.cudnnBackendSetAttribute(plan, 405, TEXT, text.length(), values);
  }

  int finish(Descriptor d) {
    return JCudnn.cudnnBackendFinalize(d);
  }

  /** The configuration of this number that the heuristics name. */
  Descriptor configuration(Descriptor heuristics, int number) {
    Descriptor last = null;
    for (int i = 0; i <= number; i++) {
      last = make(3);
      bytes.putLong(8 * i, last.address());
    }
    long[] count = new long[1];
    JCudnn.cudnnBackendGetAttribute(heuristics, 202, DESCRIPTOR, number + 1, count, values);
    return last;
  }

  int execute(Descriptor plan, Descriptor pack) {
    return JCudnn.cudnnBackendExecute(handle, plan, pack);
  }

  /** The address of new device memory. */
  long block(long size) {
    CUdeviceptr block = new CUdeviceptr();
    JCudaDriver.cuMemAlloc(block, size);
    blocks.add(block);
    return new Address(block).value();
  }

  @Override
  public void close() {
    JCudnn.cudnnDestroy(handle);
    blocks.forEach(JCudaDriver::cuMemFree);
    JCudaDriver.cuMemFreeHost(values);
  }
}

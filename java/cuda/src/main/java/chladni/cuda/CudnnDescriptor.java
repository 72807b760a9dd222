package chladni.cuda;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import jcuda.Pointer;
import jcuda.jcudnn.JCudnn;
import jcuda.jcudnn.cudnnBackendAttributeType;
import jcuda.jcudnn.cudnnBackendDescriptor;

/**
 * One descriptor of cuDNN's backend API: attributes are set by number, then it is finalized.
 *
 * <p>The API reads attributes from raw addresses, and JCudnn hands over only addresses of native
 * memory as they are; values therefore go through one block of pinned memory.
 */
final class CudnnDescriptor implements AutoCloseable {
  /** Characters of a text, which the Java constants are too old to know. */
  private static final int TEXT = 24;

  /** Pinned memory for the values of one attribute at a time. */
  static final class Values implements AutoCloseable {
    /** All but texts are a few numbers. */
    private static final int BYTES = 4096;

    private final Driver driver;
    private Pointer memory;
    private ByteBuffer bytes;

    Values(Driver driver) {
      this.driver = driver;
      allocate(BYTES);
    }

    private void allocate(int size) {
      memory = driver.allocatePinned(size, "attributes of cuDNN");
      bytes = memory.getByteBuffer(0, size).order(ByteOrder.nativeOrder());
    }

    /** Room for a text. */
    private void reserve(int size) {
      if (size > bytes.capacity()) {
        close();
        allocate(size);
      }
    }

    @Override
    public void close() {
      driver.freePinned(memory);
    }
  }

  /** A handle whose address can be asked for. */
  private static final class Handle extends cudnnBackendDescriptor {
    long address() {
      return getNativePointer();
    }
  }

  private final Values values;
  private final int kind;
  private final Handle handle = new Handle();

  /**
   * @param kind a constant of cudnnBackendDescriptorType
   */
  CudnnDescriptor(Values values, int kind) {
    this.values = values;
    this.kind = kind;
    check(JCudnn.cudnnBackendCreateDescriptor(kind, handle), "create");
  }

  cudnnBackendDescriptor handle() {
    return handle;
  }

  /** INT64 values. */
  CudnnDescriptor longs(int name, long... list) {
    for (int i = 0; i < list.length; i++) {
      values.bytes.putLong(8 * i, list[i]);
    }
    return set(name, cudnnBackendAttributeType.CUDNN_TYPE_INT64, list.length);
  }

  /** A value of one of the enumerations. */
  CudnnDescriptor choice(int name, int type, int value) {
    values.bytes.putInt(0, value);
    return set(name, type, 1);
  }

  CudnnDescriptor real(int name, float value) {
    values.bytes.putFloat(0, value);
    return set(name, cudnnBackendAttributeType.CUDNN_TYPE_FLOAT, 1);
  }

  CudnnDescriptor real(int name, double value) {
    values.bytes.putDouble(0, value);
    return set(name, cudnnBackendAttributeType.CUDNN_TYPE_DOUBLE, 1);
  }

  CudnnDescriptor flag(int name, boolean value) {
    values.bytes.put(0, (byte) (value ? 1 : 0));
    return set(name, cudnnBackendAttributeType.CUDNN_TYPE_BOOLEAN, 1);
  }

  /** Addresses: of device memory, or of the library's handle with its own type. */
  CudnnDescriptor addresses(int name, int type, long... list) {
    for (int i = 0; i < list.length; i++) {
      values.bytes.putLong(8 * i, list[i]);
    }
    return set(name, type, list.length);
  }

  /** What {@link #getText} gave. */
  CudnnDescriptor text(int name, String text) {
    byte[] characters = text.getBytes(StandardCharsets.UTF_8);
    values.reserve(characters.length);
    values.bytes.put(0, characters);
    return set(name, TEXT, characters.length);
  }

  CudnnDescriptor descriptors(int name, List<CudnnDescriptor> list) {
    for (int i = 0; i < list.size(); i++) {
      values.bytes.putLong(8 * i, list.get(i).handle.address());
    }
    return set(name, cudnnBackendAttributeType.CUDNN_TYPE_BACKEND_DESCRIPTOR, list.size());
  }

  CudnnDescriptor descriptor(int name, CudnnDescriptor other) {
    return descriptors(name, List.of(other));
  }

  private CudnnDescriptor set(int name, int type, int count) {
    check(
        JCudnn.cudnnBackendSetAttribute(handle, name, type, count, values.memory),
        "set attribute %d of type %d, %d values".formatted(name, type, count));
    return this;
  }

  /**
   * Finalizes.
   *
   * @throws CudaException with cuDNN's reason
   */
  CudnnDescriptor finish() {
    check(JCudnn.cudnnBackendFinalize(handle), "finalize");
    return this;
  }

  /** Finalizes; null, or cuDNN's reason not to. */
  String tryFinish() {
    int status = JCudnn.cudnnBackendFinalize(handle);
    return status == 0 ? null : JCudnn.cudnnGetErrorString(status);
  }

  long getLong(int name) {
    long[] count = new long[1];
    check(
        JCudnn.cudnnBackendGetAttribute(
            handle, name, cudnnBackendAttributeType.CUDNN_TYPE_INT64, 1, count, values.memory),
        "get attribute " + name);
    return values.bytes.getLong(0);
  }

  /** A value of one of the enumerations. */
  int getChoice(int name, int type) {
    return getChoices(name, type, 1).getFirst();
  }

  /** A text; empty where the library has none. */
  String getText(int name) {
    long[] count = new long[1];
    if (JCudnn.cudnnBackendGetAttribute(handle, name, TEXT, 0, count, null) != 0) {
      return "";
    }
    values.reserve(Math.toIntExact(count[0]));
    check(
        JCudnn.cudnnBackendGetAttribute(handle, name, TEXT, count[0], count, values.memory),
        "get attribute " + name);
    byte[] characters = new byte[Math.toIntExact(count[0])];
    values.bytes.get(0, characters);
    return new String(characters, StandardCharsets.UTF_8);
  }

  /** Values of an enumeration, at most {@code most}. */
  List<Integer> getChoices(int name, int type, int most) {
    long[] count = new long[1];
    check(
        JCudnn.cudnnBackendGetAttribute(handle, name, type, most, count, values.memory),
        "get attribute " + name);
    List<Integer> list = new ArrayList<>();
    for (int i = 0; i < count[0]; i++) {
      list.add(values.bytes.getInt(4 * i));
    }
    return list;
  }

  /**
   * The descriptors that an attribute holds. The count that the API tells first is an upper bound;
   * those it does not fill are destroyed here, since to finalize one would crash.
   */
  List<CudnnDescriptor> getDescriptors(int name, int ofKind) {
    int type = cudnnBackendAttributeType.CUDNN_TYPE_BACKEND_DESCRIPTOR;
    long[] count = new long[1];
    check(
        JCudnn.cudnnBackendGetAttribute(handle, name, type, 0, count, null),
        "count attribute " + name);
    return getDescriptors(name, ofKind, Math.toIntExact(count[0]));
  }

  /** The one descriptor that an attribute holds. */
  CudnnDescriptor getDescriptor(int name, int ofKind) {
    return getDescriptors(name, ofKind, 1).getFirst();
  }

  /** The descriptors that an attribute holds, at most {@code room}. */
  List<CudnnDescriptor> getDescriptors(int name, int ofKind, int room) {
    int type = cudnnBackendAttributeType.CUDNN_TYPE_BACKEND_DESCRIPTOR;
    List<CudnnDescriptor> list = new ArrayList<>();
    for (int i = 0; i < room; i++) {
      list.add(new CudnnDescriptor(values, ofKind));
      values.bytes.putLong(8 * i, list.get(i).handle.address());
    }
    long[] count = new long[1];
    check(
        JCudnn.cudnnBackendGetAttribute(handle, name, type, room, count, values.memory),
        "get attribute " + name);
    while (list.size() > count[0]) {
      list.removeLast().close();
    }
    return list;
  }

  private void check(int status, String what) {
    if (status != 0) {
      throw new CudaException(
          "cuda: cuDNN descriptor of kind %d: %s: %s."
              .formatted(kind, what, JCudnn.cudnnGetErrorString(status)));
    }
  }

  @Override
  public void close() {
    JCudnn.cudnnBackendDestroyDescriptor(handle);
  }
}

package chladni.cuda;

import jcuda.driver.CUdeviceptr;

/** One block of device memory with one owner; what is in it at first is not defined. */
final class DeviceMemory implements AutoCloseable {
  private final Driver driver;
  private final CUdeviceptr base;
  private final long bytes;
  private final String owner;

  DeviceMemory(Driver driver, long bytes, String owner) {
    this.driver = driver;
    this.bytes = Math.max(bytes, Float.BYTES);
    this.owner = owner;
    this.base = driver.allocate(this.bytes, owner);
  }

  /** Its address, as kernels take it. */
  long address() {
    return address(base);
  }

  /** The address that a pointer holds. */
  static long address(CUdeviceptr pointer) {
    return new Reader(pointer).address();
  }

  long bytes() {
    return bytes;
  }

  CUdeviceptr at(long offset) {
    return base.withByteOffset(offset);
  }

  void clear() {
    driver.clear(base, bytes);
  }

  @Override
  public void close() {
    driver.free(base, bytes, owner);
  }

  /** Reads the address, which only subclasses may. */
  private static final class Reader extends CUdeviceptr {
    Reader(CUdeviceptr of) {
      super(of);
    }

    long address() {
      return getNativePointer() + getByteOffset();
    }
  }
}

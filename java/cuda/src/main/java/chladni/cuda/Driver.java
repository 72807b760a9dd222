package chladni.cuda;

import static jcuda.driver.JCudaDriver.cuCtxSetCurrent;
import static jcuda.driver.JCudaDriver.cuCtxSynchronize;
import static jcuda.driver.JCudaDriver.cuDeviceGet;
import static jcuda.driver.JCudaDriver.cuDeviceGetAttribute;
import static jcuda.driver.JCudaDriver.cuDeviceGetCount;
import static jcuda.driver.JCudaDriver.cuDeviceGetName;
import static jcuda.driver.JCudaDriver.cuDevicePrimaryCtxRelease;
import static jcuda.driver.JCudaDriver.cuDevicePrimaryCtxRetain;
import static jcuda.driver.JCudaDriver.cuDeviceTotalMem;
import static jcuda.driver.JCudaDriver.cuDriverGetVersion;
import static jcuda.driver.JCudaDriver.cuInit;
import static jcuda.driver.JCudaDriver.cuMemAlloc;
import static jcuda.driver.JCudaDriver.cuMemAllocHost;
import static jcuda.driver.JCudaDriver.cuMemFree;
import static jcuda.driver.JCudaDriver.cuMemFreeHost;
import static jcuda.driver.JCudaDriver.cuMemGetInfo;
import static jcuda.driver.JCudaDriver.cuMemcpyDtoH;
import static jcuda.driver.JCudaDriver.cuMemcpyHtoD;
import static jcuda.driver.JCudaDriver.cuMemsetD8;
import static jcuda.driver.JCudaDriver.cuModuleGetFunction;
import static jcuda.driver.JCudaDriver.cuModuleLoadData;
import static jcuda.driver.JCudaDriver.cuModuleUnload;
import static jcuda.driver.JCudaDriver.cuStreamDestroy;

import chladni.engine.backend.MissingBackendException;
import chladni.engine.error.OutOfHostMemoryException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import jcuda.Pointer;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdevice_attribute;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUfunction;
import jcuda.driver.CUmodule;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;

/**
 * The driver API on one device with one stream. Every call is checked where it is made. Used by one
 * thread at a time; each entry makes the context current, since callers come on threads of their
 * own.
 */
final class Driver implements AutoCloseable {
  private static final int OLDEST = 13_000;

  /** Compute capability times ten: kernels.fatbin has nothing for cards before Ampere. */
  private static final int OLDEST_CARD = 80;

  private final CUdevice device = new CUdevice();
  private final CUcontext context = new CUcontext();
  private final Holdings holdings = new Holdings();

  private final Health health = new Health();
  private final DeviceStream stream;

  /**
   * Opens the first device.
   *
   * @throws MissingBackendException when there is none, or it or the driver is too old
   */
  Driver() {
    JCudaDriver.setExceptionsEnabled(false);
    int status = cuInit(0);
    checkVersion();
    int[] count = new int[1];
    if (status == CUresult.CUDA_SUCCESS) {
      status = cuDeviceGetCount(count);
    }
    if (status != CUresult.CUDA_SUCCESS || count[0] == 0) {
      throw new MissingBackendException(
          "cuda: the driver is there but finds no device (%s). Check that the card is visible to this process."
              .formatted(Health.name(status)));
    }
    check(cuDeviceGet(device, 0), "cuDeviceGet 0");
    checkCard();
    check(cuDevicePrimaryCtxRetain(context, device), "cuDevicePrimaryCtxRetain");
    enter();
    stream = new DeviceStream(health);
  }

  /** It says its version before it is initialised, and when that fails. */
  private static void checkVersion() {
    int[] version = new int[1];
    int status = cuDriverGetVersion(version);
    if (status != CUresult.CUDA_SUCCESS || version[0] < OLDEST) {
      throw new MissingBackendException(
          "cuda: the driver must be one for CUDA 13.0 or later, whose compiler made the kernels; it is for %d.%d. Install driver 580 or newer, or use the cpu backend."
              .formatted(version[0] / 1000, version[0] % 1000 / 10));
    }
  }

  private void checkCard() {
    if (computeCapability() < OLDEST_CARD) {
      throw new MissingBackendException(
          "cuda: the card must have compute capability 8.0 or later, which is what the kernels are compiled for; %s has %s. Name another card in CUDA_VISIBLE_DEVICES, or use the cpu backend."
              .formatted(name(), capability()));
    }
  }

  /** Makes the context current on the calling thread. */
  void enter() {
    check(cuCtxSetCurrent(context), "cuCtxSetCurrent");
  }

  /** The one stream that everything goes to. */
  DeviceStream stream() {
    return stream;
  }

  /** Whether the context lives. */
  Health health() {
    return health;
  }

  /** What an exception means that came from a library on this context. */
  CudaException judge(CudaException e) {
    return health.alive() && e.engineUsable() ? health.judge(e, cuCtxSynchronize()) : e;
  }

  /** Whether it is the stand-in, which says so in its name. */
  boolean standIn() {
    return name().startsWith("softgpu");
  }

  private String name() {
    byte[] text = new byte[256];
    check(cuDeviceGetName(text, text.length, device), "cuDeviceGetName");
    int end = 0;
    while (end < text.length && text[end] != 0) {
      end++;
    }
    return new String(text, 0, end, StandardCharsets.UTF_8);
  }

  /** Such as {@code NVIDIA H200, compute capability 9.0}. */
  String card() {
    return "%s, compute capability %s".formatted(name(), capability());
  }

  /** Such as {@code NVIDIA H200, compute capability 9.0, driver for CUDA 13.0}. */
  String describe() {
    int[] version = new int[1];
    check(cuDriverGetVersion(version), "cuDriverGetVersion");
    return "%s, driver for CUDA %d.%d"
        .formatted(card(), version[0] / 1000, version[0] % 1000 / 10);
  }

  private String capability() {
    return computeCapability() / 10 + "." + computeCapability() % 10;
  }

  /** Times ten, such as 90 for Hopper. */
  private int computeCapability() {
    return 10 * attribute(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR)
        + attribute(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR);
  }

  int multiprocessors() {
    return attribute(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT);
  }

  int l2Bytes() {
    return attribute(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE);
  }

  /** Bytes on the card, taken or not. */
  long memory() {
    long[] bytes = new long[1];
    check(cuDeviceTotalMem(bytes, device), "cuDeviceTotalMem");
    return bytes[0];
  }

  private int attribute(int which) {
    int[] value = new int[1];
    check(cuDeviceGetAttribute(value, which, device), "cuDeviceGetAttribute " + which);
    return value[0];
  }

  /**
   * Device memory, not cleared.
   *
   * @param owner what it is for, in the message when there is none left
   * @throws OutOfDeviceMemoryException then
   */
  CUdeviceptr allocate(long bytes, String owner) {
    CUdeviceptr pointer = new CUdeviceptr();
    int status = cuMemAlloc(pointer, bytes);
    if (status == CUresult.CUDA_ERROR_OUT_OF_MEMORY) {
      long[] free = new long[1];
      long[] total = new long[1];
      check(cuMemGetInfo(free, total), "cuMemGetInfo");
      throw new OutOfDeviceMemoryException(holdings.refusal(owner, bytes, free[0], total[0]));
    }
    check(status, "cuMemAlloc of %d bytes for %s".formatted(bytes, owner));
    holdings.add(owner, bytes);
    return pointer;
  }

  /**
   * @param bytes as they were allocated, for this owner
   */
  void free(CUdeviceptr pointer, long bytes, String owner) {
    stream.await();
    holdings.remove(owner, bytes);
    check(cuMemFree(pointer), "cuMemFree");
  }

  /**
   * @throws OutOfHostMemoryException when the machine has no such block to pin
   */
  Pointer allocatePinned(long bytes, String owner) {
    Pointer pointer = new Pointer();
    String what = "cuMemAllocHost of %d bytes for %s".formatted(bytes, owner);
    int status = cuMemAllocHost(pointer, bytes);
    if (status == CUresult.CUDA_ERROR_OUT_OF_MEMORY) {
      throw new OutOfHostMemoryException(
          "cuda: %s: the host has no such block to pin. Take a smaller batch.".formatted(what), null);
    }
    check(status, what);
    return pointer;
  }

  void freePinned(Pointer pointer) {
    stream.await();
    check(cuMemFreeHost(pointer), "cuMemFreeHost");
  }

  // What follows works on the default stream, which does not wait for ours.

  /** Waits. */
  void clear(CUdeviceptr to, long bytes) {
    stream.await();
    check(cuMemsetD8(to, (byte) 0, bytes), "cuMemsetD8 of %d bytes".formatted(bytes));
    settle();
  }

  /** Waits. */
  void copyIn(CUdeviceptr to, Pointer from, long bytes) {
    stream.await();
    check(cuMemcpyHtoD(to, from, bytes), "cuMemcpyHtoD of %d bytes".formatted(bytes));
    settle();
  }

  /** Such calls return before the device is done, and our stream does not wait for theirs. */
  private void settle() {
    check(cuCtxSynchronize(), "cuCtxSynchronize");
  }

  /** Waits. */
  void copyOut(Pointer to, CUdeviceptr from, long bytes) {
    stream.await();
    check(cuMemcpyDtoH(to, from, bytes), "cuMemcpyDtoH of %d bytes".formatted(bytes));
  }

  CUmodule loadModule(byte[] image) {
    CUmodule module = new CUmodule();
    check(cuModuleLoadData(module, image), "cuModuleLoadData of %d bytes".formatted(image.length));
    return module;
  }

  void unload(CUmodule module) {
    check(cuModuleUnload(module), "cuModuleUnload");
  }

  /** A kernel of a module, where it has one of that name. */
  Optional<CUfunction> function(CUmodule module, String name) {
    CUfunction function = new CUfunction();
    int status = cuModuleGetFunction(function, module, name);
    if (status == CUresult.CUDA_ERROR_NOT_FOUND) {
      return Optional.empty();
    }
    check(status, "cuModuleGetFunction " + name);
    return Optional.of(function);
  }

  private void check(int status, String what) {
    health.check(status, what, true);
  }

  @Override
  public void close() {
    if (health.alive()) {
      enter();
    }
    int destroyed = stream.destroy();
    int released = cuDevicePrimaryCtxRelease(device);
    // What a dead context answers here says nothing new.
    if (health.alive()) {
      check(destroyed, "cuStreamDestroy");
      check(released, "cuDevicePrimaryCtxRelease");
    }
  }
}

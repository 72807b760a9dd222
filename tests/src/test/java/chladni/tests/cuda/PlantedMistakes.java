package chladni.tests.cuda;

import static jcuda.driver.CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_THREAD_LOCAL;

import chladni.engine.Engine;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import jcuda.Pointer;
import jcuda.cudaDataType;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUevent;
import jcuda.driver.CUfunction;
import jcuda.driver.CUgraph;
import jcuda.driver.CUgraphExec;
import jcuda.driver.CUmodule;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream;
import jcuda.driver.CUstream_flags;
import jcuda.driver.JCudaDriver;
import jcuda.jcublas.JCublas2;
import jcuda.jcublas.cublasComputeType;
import jcuda.jcublas.cublasHandle;
import jcuda.runtime.cudaStream_t;

/**
 * Mistakes against the driver, one after the other in a process of their own, since each may cost
 * the context; on the kernels of tests/softgpu/planted.
 */
final class PlantedMistakes {
  /** Not a multiple of 64, so that a block ends before its page does. */
  private static final int COUNT = 1000;

  private static final int BYTES = COUNT * Float.BYTES;
  private static final int BLOCK = 32;
  private static final int REPLAYS = 64;

  private final CUmodule module = new CUmodule();
  private final CUstream stream = stream();

  private PlantedMistakes() {
    check(JCudaDriver.cuModuleLoadData(module, new byte[1]));
  }

  /** Prints each mistake and what the driver answered to it, a line each. */
  public static void main(String[] arguments) {
    try (Engine _ = Engine.open("cuda")) {
      JCudaDriver.setExceptionsEnabled(false);
      new PlantedMistakes()
          .all()
          .forEach(
              (mistake, answer) -> {
                System.out.println(mistake + " -> " + answer.get());
                // A card would ask for a new process here.
                check(JCudaDriver.cuDevicePrimaryCtxReset(new CUdevice()));
              });
      Runtime.getRuntime().halt(0);
    }
  }

  private Map<String, Supplier<String>> all() {
    Map<String, Supplier<String>> all = new LinkedHashMap<>();
    all.put("none", () -> done(plusOne(block(BYTES), block(BYTES), COUNT)));
    all.put("a write far out of bounds", () -> done(plusOne(block(8 * BYTES), block(BYTES), 8 * COUNT)));
    all.put("a read far out of bounds", () -> done(plusOne(block(BYTES), block(8 * BYTES), 8 * COUNT)));
    all.put("a write four bytes behind", () -> done(plusOne(block(2 * BYTES), block(BYTES), COUNT + 1)));
    all.put(
        "a write four bytes before",
        () -> done(plusOne(block(BYTES), block(BYTES).withByteOffset(-Float.BYTES), 1)));
    all.put("a copy out of bounds", this::copyOutOfBounds);
    all.put("use after free", this::useAfterFree);
    all.put("free of what is free", this::freeTwice);
    all.put(
        "a misaligned pointer",
        () -> done(plusOne(block(BYTES).withByteOffset(2), block(BYTES), 1)));
    all.put("a pointer of the host", this::pointerOfTheHost);
    for (String kernel :
        List.of("divergent_barrier", "divergent_shuffle", "barrier_of_independents")) {
      all.put(kernel, () -> done(launch(kernel, BLOCK)));
    }
    all.put("a later call", this::laterCall);
    all.put("a block that is too large", () -> name(launch("divergent_barrier", 1025)));
    all.put("memory that nobody has written", this::uninitialised);
    all.put("a copy that was waited for", () -> copied(true));
    all.put("a block that is rewritten before its copy", () -> copied(false));
    all.put("a result that was waited for", () -> counted(true));
    all.put("a result that nobody waited for", () -> counted(false));
    all.put("memory that is freed under queued work", this::freedWhileQueued);

    all.put("no call in a capture", () -> captured(() -> {}));
    all.put("synchronize in a capture", () -> captured(() -> JCudaDriver.cuStreamSynchronize(stream)));
    all.put("allocate in a capture", () -> captured(() -> JCudaDriver.cuMemAlloc(new CUdeviceptr(), 4)));
    CUdeviceptr[] kept = new CUdeviceptr[1];
    all.put(
        "free in a capture",
        () -> {
          kept[0] = block(BYTES);
          return captured(() -> JCudaDriver.cuMemFree(kept[0]));
        });
    all.put(
        "a pageable copy in a capture",
        () -> {
          kept[0] = block(BYTES);
          Pointer pageable = Pointer.to(new float[COUNT]);
          return captured(() -> JCudaDriver.cuMemcpyHtoDAsync(kept[0], pageable, BYTES, stream));
        });
    all.put("a library's first call in a capture", () -> captured(product()));
    all.put(
        "a library's second call in a capture",
        () -> {
          Runnable product = product();
          product.run();
          check(JCudaDriver.cuStreamSynchronize(stream));
          return captured(product);
        });
    all.put("a branch that is not joined", this::unjoined);
    all.put("a dependency that is there", () -> wrongReplays(true));
    all.put("a missing dependency", () -> wrongReplays(false));
    return all;
  }

  private String copyOutOfBounds() {
    return name(JCudaDriver.cuMemcpyHtoD(block(BYTES), Pointer.to(new float[COUNT + 1]), BYTES + 4));
  }

  private String useAfterFree() {
    CUdeviceptr freed = block(BYTES);
    check(JCudaDriver.cuMemFree(freed));
    return done(plusOne(freed, block(BYTES), 1));
  }

  private String freeTwice() {
    CUdeviceptr freed = block(BYTES);
    check(JCudaDriver.cuMemFree(freed));
    return name(JCudaDriver.cuMemFree(freed));
  }

  private String pointerOfTheHost() {
    return name(JCudaDriver.cuMemsetD8(new CUdeviceptr(), (byte) 0, 4));
  }

  /** What killed the context is the answer to everything that follows. */
  private String laterCall() {
    done(launch("divergent_barrier", BLOCK));
    return name(JCudaDriver.cuMemAlloc(new CUdeviceptr(), BYTES));
  }

  private String uninitialised() {
    CUdeviceptr result = block(BYTES);
    check(plusOne(block(BYTES), result, COUNT));
    check(JCudaDriver.cuStreamSynchronize(stream));
    return Float.toString(read(result)[COUNT - 1]);
  }

  /** What arrives of a 1 in pinned memory that a 2 replaces. */
  private String copied(boolean waits) {
    Pointer pinned = new Pointer();
    check(JCudaDriver.cuMemAllocHost(pinned, BYTES));
    FloatBuffer values =
        pinned.getByteBuffer(0, BYTES).order(ByteOrder.nativeOrder()).asFloatBuffer();
    CUdeviceptr to = block(BYTES);
    values.put(COUNT - 1, 1);
    check(JCudaDriver.cuMemcpyHtoDAsync(to, pinned, BYTES, stream));
    if (waits) {
      check(JCudaDriver.cuStreamSynchronize(stream));
    }
    values.put(COUNT - 1, 2);
    check(JCudaDriver.cuStreamSynchronize(stream));
    return Float.toString(read(to)[COUNT - 1]);
  }

  /** 0 + 1, read by the default stream, which waits for no other. */
  private String counted(boolean waits) {
    CUdeviceptr from = block(BYTES);
    CUdeviceptr to = block(BYTES);
    write(from, 0);
    write(to, 0);
    check(plusOne(from, to, COUNT));
    if (waits) {
      check(JCudaDriver.cuStreamSynchronize(stream));
    }
    return Float.toString(read(to)[COUNT - 1]);
  }

  private String freedWhileQueued() {
    CUdeviceptr from = block(BYTES);
    int queued = plusOne(from, block(BYTES), 1);
    check(JCudaDriver.cuMemFree(from));
    return done(queued);
  }

  /** What a capture answers in which a call is made, and what the call was answered. */
  private String captured(Supplier<Integer> call) {
    check(JCudaDriver.cuStreamBeginCapture(stream, CU_STREAM_CAPTURE_MODE_THREAD_LOCAL));
    int answer = call.get();
    return name(answer) + ", " + name(JCudaDriver.cuStreamEndCapture(stream, new CUgraph()));
  }

  private String captured(Runnable call) {
    return captured(
        () -> {
          call.run();
          return CUresult.CUDA_SUCCESS;
        });
  }

  /** A product of cuBLAS of one element. */
  private Runnable product() {
    cublasHandle handle = new cublasHandle();
    JCublas2.cublasCreate(handle);
    JCublas2.cublasSetStream(handle, new cudaStream_t(stream));
    CUdeviceptr a = block(4);
    CUdeviceptr b = block(4);
    CUdeviceptr c = block(4);
    Pointer one = Pointer.to(new float[] {1});
    int type = cudaDataType.CUDA_R_32F;
    int sums = cublasComputeType.CUBLAS_COMPUTE_32F;
    return () ->
        JCublas2.cublasGemmEx_new(
            handle, 0, 0, 1, 1, 1, one, a, type, 1, b, type, 1, one, c, type, 1, sums, -1);
  }

  private String unjoined() {
    CUstream other = stream();
    CUdeviceptr a = block(BYTES);
    CUdeviceptr b = block(BYTES);
    return captured(
        () -> {
          fork(stream, other);
          return plusOne(a, b, COUNT, other);
        });
  }

  /** b = a + 1 on one stream and c = b + 1 on another, which should wait. */
  private String wrongReplays(boolean waits) {
    CUstream other = stream();
    CUdeviceptr a = block(BYTES);
    CUdeviceptr b = block(BYTES);
    CUdeviceptr c = block(BYTES);
    write(a, 0);
    check(JCudaDriver.cuStreamBeginCapture(stream, CU_STREAM_CAPTURE_MODE_THREAD_LOCAL));
    if (!waits) {
      fork(stream, other);
    }
    check(plusOne(a, b, COUNT, stream));
    if (waits) {
      fork(stream, other);
    }
    check(plusOne(b, c, COUNT, other));
    fork(other, stream);
    CUgraph graph = new CUgraph();
    check(JCudaDriver.cuStreamEndCapture(stream, graph));
    CUgraphExec exec = new CUgraphExec();
    check(JCudaDriver.cuGraphInstantiate(exec, graph, 0));
    int wrong = 0;
    for (int i = 0; i < REPLAYS; i++) {
      write(b, 0);
      check(JCudaDriver.cuGraphLaunch(exec, stream));
      check(JCudaDriver.cuStreamSynchronize(stream));
      wrong += read(c)[COUNT - 1] == 2 ? 0 : 1;
    }
    return wrong == 0 ? "always right" : wrong == REPLAYS ? "always wrong" : "sometimes wrong";
  }

  /** What follows on {@code to} waits for what is on {@code from}. */
  private static void fork(CUstream from, CUstream to) {
    CUevent event = new CUevent();
    check(JCudaDriver.cuEventCreate(event, 0));
    check(JCudaDriver.cuEventRecord(event, from));
    check(JCudaDriver.cuStreamWaitEvent(to, event, 0));
  }

  private int plusOne(CUdeviceptr from, CUdeviceptr to, int elements) {
    return plusOne(from, to, elements, stream);
  }

  private int plusOne(CUdeviceptr from, CUdeviceptr to, int elements, CUstream on) {
    Pointer arguments =
        Pointer.to(Pointer.to(from), Pointer.to(to), Pointer.to(new int[] {elements}));
    return launch("plus_one", BLOCK, arguments, on);
  }

  private int launch(String kernel, int block) {
    return launch(kernel, block, Pointer.to(Pointer.to(block(BYTES))), stream);
  }

  private int launch(String kernel, int block, Pointer arguments, CUstream on) {
    CUfunction function = new CUfunction();
    check(JCudaDriver.cuModuleGetFunction(function, module, kernel));
    return JCudaDriver.cuLaunchKernel(function, 1, 1, 1, block, 1, 1, 0, on, arguments, null);
  }

  private static CUdeviceptr block(long bytes) {
    CUdeviceptr block = new CUdeviceptr();
    check(JCudaDriver.cuMemAlloc(block, bytes));
    return block;
  }

  private static void write(CUdeviceptr to, float value) {
    float[] values = new float[COUNT];
    Arrays.fill(values, value);
    check(JCudaDriver.cuMemcpyHtoD(to, Pointer.to(values), BYTES));
  }

  private static float[] read(CUdeviceptr from) {
    float[] values = new float[COUNT];
    check(JCudaDriver.cuMemcpyDtoH(Pointer.to(values), from, BYTES));
    return values;
  }

  private static CUstream stream() {
    CUstream stream = new CUstream();
    check(JCudaDriver.cuStreamCreate(stream, CUstream_flags.CU_STREAM_NON_BLOCKING));
    return stream;
  }

  /** What comes of work that was submitted. */
  private String done(int submitted) {
    return name(
        submitted == CUresult.CUDA_SUCCESS ? JCudaDriver.cuStreamSynchronize(stream) : submitted);
  }

  private static String name(int status) {
    return CUresult.stringFor(status).replace("CUDA_ERROR_", "");
  }

  private static void check(int status) {
    if (status != CUresult.CUDA_SUCCESS) {
      throw new IllegalStateException(CUresult.stringFor(status));
    }
  }
}

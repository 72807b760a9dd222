package chladni.tests.cuda;

import static jcuda.driver.CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_THREAD_LOCAL;

import chladni.engine.Engine;
import jcuda.Pointer;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUfunction;
import jcuda.driver.CUmodule;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream;
import jcuda.driver.CUstream_flags;
import jcuda.driver.JCudaDriver;

/** A mistake against the driver in a process of its own, whose context it may cost. */
final class PlantedBug {
  private static final int COUNT = 1024;

  private PlantedBug() {}

  /** Prints what the driver answers to the mistake that the argument names. */
  public static void main(String[] arguments) {
    try (Engine _ = Engine.open("cuda")) {
      JCudaDriver.setExceptionsEnabled(false);
      int answer =
          switch (arguments[0]) {
            case "none" -> increment(COUNT);
            case "write" -> increment(COUNT * 8);
            case "sync" -> synchronizeInACapture();
            default -> throw new IllegalArgumentException(arguments[0]);
          };
      System.out.println(CUresult.stringFor(answer));
      // Closing a dead context is not what is tested.
      Runtime.getRuntime().halt(0);
    }
  }

  /** Our own kernel over so many elements of a block that has COUNT. */
  private static int increment(int elements) {
    CUmodule module = new CUmodule();
    check(JCudaDriver.cuModuleLoadData(module, new byte[1]));
    CUfunction function = new CUfunction();
    check(JCudaDriver.cuModuleGetFunction(function, module, "increment"));
    CUdeviceptr block = new CUdeviceptr();
    check(JCudaDriver.cuMemAlloc(block, COUNT * Integer.BYTES));
    Pointer parameters =
        Pointer.to(Pointer.to(block), Pointer.to(block), Pointer.to(new long[] {elements}));
    return JCudaDriver.cuLaunchKernel(
        function, 1, 1, 1, 256, 1, 1, 0, null, parameters, null);
  }

  private static int synchronizeInACapture() {
    CUstream stream = new CUstream();
    check(JCudaDriver.cuStreamCreate(stream, CUstream_flags.CU_STREAM_NON_BLOCKING));
    check(JCudaDriver.cuStreamBeginCapture(stream, CU_STREAM_CAPTURE_MODE_THREAD_LOCAL));
    return JCudaDriver.cuStreamSynchronize(stream);
  }

  private static void check(int status) {
    if (status != CUresult.CUDA_SUCCESS) {
      throw new IllegalStateException(CUresult.stringFor(status));
    }
  }
}

package chladni.cuda;

import chladni.engine.backend.MissingBackendException;
import chladni.engine.backend.Precision;
import jcuda.Pointer;
import jcuda.cudaDataType;
import jcuda.jcublas.JCublas2;
import jcuda.jcublas.cublasComputeType;
import jcuda.jcublas.cublasHandle;
import jcuda.jcublas.cublasOperation;
import jcuda.jcublas.cublasPointerMode;
import jcuda.jcublas.cublasStatus;
import jcuda.runtime.cudaStream_t;

/**
 * Matrix products by cuBLAS on the backend's stream. It has its workspace from us, since it may not
 * allocate while a graph is captured.
 */
final class Cublas implements AutoCloseable {
  /** What NVIDIA recommends for Hopper. */
  private static final long WORKSPACE = 32L << 20;

  private static final int DEFAULT_ALGORITHM = -1;

  private final cublasHandle handle = new cublasHandle();
  private final DeviceMemory workspace;
  private final Pointer one = Pointer.to(new float[] {1});
  private final Pointer zero = Pointer.to(new float[] {0});

  /**
   * @throws MissingBackendException when the library is not there
   */
  Cublas(Driver driver) {
    JCublas2.setExceptionsEnabled(false);
    try {
      check(JCublas2.cublasCreate(handle), "cublasCreate");
    } catch (LinkageError e) {
      throw new MissingBackendException(
          "cuda: cuBLAS does not load: %s. Install CUDA's cuBLAS or name its folder in CHLADNI_CUDA_LIB."
              .formatted(e),
          e);
    }
    workspace = new DeviceMemory(driver, WORKSPACE, "the workspace of cuBLAS");
    check(
        JCublas2.cublasSetPointerMode(handle, cublasPointerMode.CUBLAS_POINTER_MODE_HOST),
        "cublasSetPointerMode");
    check(
        JCublas2.cublasSetStream(handle, new cudaStream_t(driver.stream().handle())), "cublasSetStream");
    check(
        JCublas2.cublasSetWorkspace(handle, workspace.at(0), WORKSPACE), "cublasSetWorkspace");
  }

  int version() {
    int[] version = new int[1];
    check(JCublas2.cublasGetVersion(handle, version), "cublasGetVersion");
    return version[0];
  }

  /**
   * Row-major products of a batch.
   *
   * @param m rows of the results
   * @param k terms of each sum
   * @param n columns of the results
   */
  record Product(long batch, int m, int k, int n, boolean transposeA, boolean transposeB) {}

  /**
   * c = a b, a and b in one format, sums in 32 bits. cuBLAS counts columns first: what is row-major
   * here is the transpose there, so the operands change places.
   */
  void multiply(Product p, Precision precision, Operand a, Operand b, Operand c) {
    check(
        JCublas2.cublasGemmStridedBatchedEx_new(
            handle,
            operation(p.transposeB),
            operation(p.transposeA),
            p.n,
            p.m,
            p.k,
            one,
            b.pointer(),
            type(b),
            p.transposeB ? p.k : p.n,
            (long) p.k * p.n,
            a.pointer(),
            type(a),
            p.transposeA ? p.m : p.k,
            (long) p.m * p.k,
            zero,
            c.pointer(),
            type(c),
            p.n,
            (long) p.m * p.n,
            Math.toIntExact(p.batch),
            precision == Precision.TF32
                ? cublasComputeType.CUBLAS_COMPUTE_32F_FAST_TF32
                : cublasComputeType.CUBLAS_COMPUTE_32F,
            DEFAULT_ALGORITHM),
        "cublasGemmStridedBatchedEx %s, %s x %s = %s"
            .formatted(p, a.format(), b.format(), c.format()));
  }

  private static int type(Operand operand) {
    return switch (operand.format()) {
      case SINGLE -> cudaDataType.CUDA_R_32F;
      case BFLOAT16 -> cudaDataType.CUDA_R_16BF;
    };
  }

  private static int operation(boolean transposed) {
    return transposed ? cublasOperation.CUBLAS_OP_T : cublasOperation.CUBLAS_OP_N;
  }

  private static void check(int status, String what) {
    if (status != cublasStatus.CUBLAS_STATUS_SUCCESS) {
      throw new CudaException(
          "cuda: %s: %s (%d).".formatted(what, cublasStatus.stringFor(status), status));
    }
  }

  @Override
  public void close() {
    JCublas2.cublasDestroy(handle);
    workspace.close();
  }
}

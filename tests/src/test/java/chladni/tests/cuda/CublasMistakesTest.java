package chladni.tests.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import chladni.engine.Engine;
import java.util.Arrays;
import jcuda.Pointer;
import jcuda.cudaDataType;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.JCudaDriver;
import jcuda.jcublas.JCublas2;
import jcuda.jcublas.cublasComputeType;
import jcuda.jcublas.cublasHandle;
import jcuda.jcublas.cublasStatus;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Products asked for wrongly are refused as cuBLAS refuses them, or fail where it would overrun. */
final class CublasMistakesTest {
  private static final int M = 4;
  private static final int N = 3;
  private static final int K = 5;

  private final CUdeviceptr[] blocks = new CUdeviceptr[3];
  private final cublasHandle handle = new cublasHandle();
  private Engine engine;

  @BeforeEach
  void open() {
    engine = Engine.open("cuda");
    JCublas2.cublasCreate(handle);
    int[] elements = {M * K, K * N, M * N};
    for (int i = 0; i < 3; i++) {
      blocks[i] = new CUdeviceptr();
      JCudaDriver.cuMemAlloc(blocks[i], (long) elements[i] * Float.BYTES);
      JCudaDriver.cuMemsetD8(blocks[i], (byte) 0, (long) elements[i] * Float.BYTES);
    }
  }

  @AfterEach
  void close() {
    Arrays.stream(blocks).forEach(JCudaDriver::cuMemFree);
    JCublas2.cublasDestroy(handle);
    engine.close();
  }

  private int multiply(int lda, int ldb, int ldc, CUdeviceptr a) {
    int type = cudaDataType.CUDA_R_32F;
    return JCublas2.cublasGemmEx_new(
        handle,
        0,
        0,
        M,
        N,
        K,
        Pointer.to(new float[] {1}),
        a,
        type,
        lda,
        blocks[1],
        type,
        ldb,
        Pointer.to(new float[] {0}),
        blocks[2],
        type,
        ldc,
        cublasComputeType.CUBLAS_COMPUTE_32F,
        -1);
  }

  @Test
  void aLeadingDimensionHoldsAColumnAndStaysInTheBlock() {
    assertThat(multiply(M, K, M, blocks[0])).isEqualTo(cublasStatus.CUBLAS_STATUS_SUCCESS);
    int invalid = cublasStatus.CUBLAS_STATUS_INVALID_VALUE;
    assertThat(multiply(M - 1, K, M, blocks[0])).as("of A").isEqualTo(invalid);
    assertThat(multiply(M, K - 1, M, blocks[0])).as("of B").isEqualTo(invalid);
    assertThat(multiply(M, K, M - 1, blocks[0])).as("of C").isEqualTo(invalid);
    int overrun = cublasStatus.CUBLAS_STATUS_EXECUTION_FAILED;
    assertThat(multiply(M + 1, K, M, blocks[0])).as("A ends before").isEqualTo(overrun);
    assertThat(multiply(M, K, M + 1, blocks[0])).as("C ends before").isEqualTo(overrun);
    assertThat(multiply(M, K, M, blocks[0].withByteOffset(4))).as("A shifted").isEqualTo(overrun);
  }

  @Test
  void aWorkspaceIsAsLargeAsItIsSaidToBe() {
    assertThat(JCublas2.cublasSetWorkspace(handle, blocks[0], 4096))
        .isEqualTo(cublasStatus.CUBLAS_STATUS_INVALID_VALUE);
  }
}

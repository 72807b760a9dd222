package chladni.cuda;

import static jcuda.driver.JCudaDriver.cuGetErrorName;

import java.util.Set;
import jcuda.driver.CUresult;

/**
 * What the driver's answers mean for the context. A kernel that fails ends it: the driver keeps the
 * error for the rest of the process and answers everything else with it.
 */
final class Health {
  /** Errors that leave the context usable: what was asked was refused, nothing ran. */
  private static final Set<Integer> REFUSALS =
      Set.of(
          CUresult.CUDA_ERROR_INVALID_VALUE,
          CUresult.CUDA_ERROR_OUT_OF_MEMORY,
          CUresult.CUDA_ERROR_NOT_FOUND,
          CUresult.CUDA_ERROR_NOT_SUPPORTED,
          CUresult.CUDA_ERROR_INVALID_IMAGE,
          CUresult.CUDA_ERROR_NO_BINARY_FOR_GPU,
          CUresult.CUDA_ERROR_INVALID_PTX,
          CUresult.CUDA_ERROR_UNSUPPORTED_PTX_VERSION,
          CUresult.CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES,
          CUresult.CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED,
          CUresult.CUDA_ERROR_STREAM_CAPTURE_INVALIDATED,
          CUresult.CUDA_ERROR_STREAM_CAPTURE_UNJOINED);

  private static final String DEAD =
      "That ended the context: this process cannot use the card any more. Start it again; what was saved last stands.";

  /** What ended the context; null while it lives. */
  private String death;

  boolean alive() {
    return death == null;
  }

  /**
   * @throws CudaException when the context has ended, with what ended it
   */
  void checkAlive() {
    if (!alive()) {
      throw dead(death, null);
    }
  }

  /**
   * @param what was asked, with its arguments
   * @param variablesKept whether a refusal leaves all variables as they were
   * @throws CudaException when the answer is not success
   */
  void check(int status, String what, boolean variablesKept) {
    if (status == CUresult.CUDA_SUCCESS) {
      return;
    }
    String failure = "cuda: %s: %s (%d).".formatted(what, name(status), status);
    if (REFUSALS.contains(status)) {
      throw new CudaException(failure, true, variablesKept, null);
    }
    if (alive()) {
      death = failure;
    }
    throw dead(failure, null);
  }

  /**
   * A library knows only that it failed: the same exception, or one that says that the context has
   * ended.
   *
   * @param status what the driver answers now
   */
  CudaException judge(CudaException e, int status) {
    if (status == CUresult.CUDA_SUCCESS || REFUSALS.contains(status)) {
      return e;
    }
    death = "%s The driver then answers %s.".formatted(e.getMessage(), name(status));
    return dead(death, e);
  }

  private static CudaException dead(String death, CudaException cause) {
    return new CudaException(death + " " + DEAD, false, false, cause);
  }

  /** Such as {@code CUDA_ERROR_LAUNCH_FAILED}. */
  static String name(int status) {
    String[] name = new String[1];
    cuGetErrorName(status, name);
    return name[0] == null ? "unknown error" : name[0];
  }
}

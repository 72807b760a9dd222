package chladni.cuda;

import chladni.engine.backend.MissingBackendException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds the driver's library and loads it by its absolute path before JCuda does, which then takes
 * the one that is there. {@code CHLADNI_SOFTGPU} names the folder of the stand-in libraries
 * instead, on which kernels run without a GPU.
 */
final class CudaLibraries {
  private static final String DRIVER = "libcuda.so.1";
  private static final String BLAS = "libcublas.so.12";
  private static final String DNN = "libcudnn.so.9";
  static final String SOFTGPU = "CHLADNI_SOFTGPU";

  private CudaLibraries() {}

  /** Whether the stand-ins are asked for. */
  static boolean softgpu() {
    String folder = System.getenv(SOFTGPU);
    return folder != null && !folder.isBlank();
  }

  /**
   * Loads the driver.
   *
   * @throws MissingBackendException when it is nowhere, with every place that was tried
   */
  static void load() {
    load(DRIVER, "there is no NVIDIA driver", "Install driver 580 or newer");
    load(BLAS, "there is no cuBLAS", "Install CUDA's cuBLAS or name its folder in CHLADNI_CUDA_LIB");
    load(DNN, "there is no cuDNN", "Install cuDNN 9 or name its folder in CHLADNI_CUDA_LIB");
  }

  @SuppressWarnings("restricted")
  private static void load(String library, String missing, String remedy) {
    List<String> tried = new ArrayList<>();
    for (Path folder : folders()) {
      Path file = folder.resolve(library);
      tried.add(file.toString());
      if (Files.exists(file)) {
        try {
          System.load(file.toAbsolutePath().toString());
          return;
        } catch (UnsatisfiedLinkError e) {
          throw new MissingBackendException(
              "cuda: %s does not load: %s. Repair its installation."
                  .formatted(file, e.getMessage()),
              e);
        }
      }
    }
    throw new MissingBackendException(
        "cuda: %s, tried %s. %s, or use the cpu backend."
            .formatted(missing, String.join(", ", tried), remedy));
  }

  private static List<Path> folders() {
    if (softgpu()) {
      return List.of(Path.of(System.getenv(SOFTGPU)));
    }
    List<Path> folders = new ArrayList<>();
    for (String variable : List.of("CHLADNI_CUDA_LIB", "LD_LIBRARY_PATH")) {
      String value = System.getenv(variable);
      if (value != null) {
        for (String part : value.split(":")) {
          if (!part.isBlank()) {
            folders.add(Path.of(part));
          }
        }
      }
    }
    folders.add(Path.of("/usr/lib/x86_64-linux-gnu"));
    folders.add(Path.of("/usr/lib64"));
    folders.add(Path.of("/usr/local/nvidia/lib64"));
    return folders;
  }
}

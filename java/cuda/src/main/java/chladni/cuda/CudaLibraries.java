package chladni.cuda;

import chladni.engine.backend.MissingBackendException;
import chladni.engine.backend.NativeFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds the libraries of CUDA and loads them by their absolute paths before JCuda does, which then
 * takes those that are there. With {@code CHLADNI_SOFTGPU=1} they are the stand-ins on the class
 * path, on which kernels run without a GPU.
 */
final class CudaLibraries {
  private static final String DRIVER = "libcuda.so.1";
  private static final String BLAS = "libcublas.so.12";
  private static final String DNN = "libcudnn.so.9";

  private static final String STAND_INS = "chladni/softgpu/linux-x86_64/";
  private static final String STAND_IN_KERNELS = "libsoftgpu_kernels.so";

  private static boolean loaded;

  private CudaLibraries() {}

  /** Whether the stand-ins are asked for. */
  static boolean softgpu() {
    return "1".equals(System.getenv("CHLADNI_SOFTGPU"));
  }

  /**
   * Loads the driver, cuBLAS and cuDNN, once a process.
   *
   * @throws MissingBackendException when one is nowhere, with every place that was tried
   */
  static synchronized void load() {
    if (loaded) {
      return;
    }
    if (softgpu()) {
      loadStandIns();
    } else {
      load(DRIVER, "there is no NVIDIA driver", "Install driver 580 or newer");
      load(BLAS, "there is no cuBLAS", "Install CUDA's cuBLAS or name its folder in CHLADNI_CUDA_LIB");
      load(DNN, "there is no cuDNN", "Install cuDNN 9 or name its folder in CHLADNI_CUDA_LIB");
    }
    loaded = true;
  }

  private static void loadStandIns() {
    if (CudaLibraries.class.getClassLoader().getResource(STAND_INS + DRIVER) == null) {
      throw new MissingBackendException(
          "cuda: CHLADNI_SOFTGPU=1 asks for the stand-in libraries, which are not on the class path."
              + " Add io.chladni:chladni-softgpu, or unset it.");
    }
    Path kernels = standIn(STAND_IN_KERNELS);
    Path driver = standIn(DRIVER, kernels);
    load(driver);
    load(standIn(BLAS, driver));
    load(standIn(DNN, driver));
  }

  private static Path standIn(String file, Path... beside) {
    return NativeFiles.extract(CudaLibraries.class, STAND_INS + file, beside);
  }

  private static void load(String library, String missing, String remedy) {
    List<String> tried = new ArrayList<>();
    for (Path folder : folders()) {
      Path file = folder.resolve(library);
      tried.add(file.toString());
      if (Files.exists(file)) {
        load(file);
        return;
      }
    }
    throw new MissingBackendException(
        "cuda: %s, tried %s. %s, or use the cpu backend."
            .formatted(missing, String.join(", ", tried), remedy));
  }

  @SuppressWarnings("restricted")
  private static void load(Path file) {
    try {
      System.load(file.toAbsolutePath().toString());
    } catch (UnsatisfiedLinkError e) {
      throw new MissingBackendException(
          "cuda: %s does not load: %s. Repair its installation.".formatted(file, e.getMessage()), e);
    }
  }

  private static List<Path> folders() {
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
    for (String usual :
        List.of("/usr/lib/x86_64-linux-gnu", "/usr/lib64", "/usr/local/nvidia/lib64")) {
      folders.add(Path.of(usual));
    }
    folders.addAll(matching(Path.of("/usr/local"), "cuda*", "lib64"));
    String python = System.getenv("CHLADNI_CUDA_PYTHON");
    if (python != null && !python.isBlank()) {
      // Where PyTorch's wheels keep cuDNN and cuBLAS.
      for (Path site : matching(Path.of(python, "lib"), "python*", "site-packages/nvidia")) {
        folders.addAll(matching(site, "*", "lib"));
      }
    }
    return folders;
  }

  /** {@code inner} in each folder of a name that matches, the last name first. */
  private static List<Path> matching(Path in, String glob, String inner) {
    List<Path> found = new ArrayList<>();
    if (Files.isDirectory(in)) {
      try (var entries = Files.newDirectoryStream(in, glob)) {
        entries.forEach(entry -> found.add(entry.resolve(inner)));
      } catch (java.io.IOException e) {
        throw new MissingBackendException(
            "cuda: %s cannot be searched for libraries: %s.".formatted(in, e), e);
      }
    }
    found.removeIf(folder -> !Files.isDirectory(folder));
    found.sort(java.util.Comparator.reverseOrder());
    return found;
  }
}

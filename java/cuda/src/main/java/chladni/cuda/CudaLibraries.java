package chladni.cuda;

import chladni.engine.backend.MissingBackendException;
import chladni.engine.backend.NativeFiles;
import chladni.engine.backend.Requirement;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Loads the libraries of CUDA by their absolute paths before JCuda does, which then takes those that
 * are there. With {@code CHLADNI_SOFTGPU=1} they are the stand-ins on the class path, on which
 * kernels run without a GPU.
 */
final class CudaLibraries {
  private static final String STAND_INS = "chladni/softgpu/linux-x86_64/";
  private static final String STAND_IN_KERNELS = "libsoftgpu_kernels.so";

  /** Has the names of {@link Library#BLAS} and jumps to those of {@link #BLAS_13}. */
  private static final String SHIM = "chladni/cuda/linux-x86_64/" + Library.BLAS.file;

  /** All that a machine with CUDA 13 has; JCublas asks for the one of CUDA 12. */
  private static final String BLAS_13 = "libcublas.so.13";

  /** With which cuDNN compiles kernels when a plan is made; it asks for the one of its own CUDA. */
  private static final List<String> COMPILERS = List.of("libnvrtc.so.13", "libnvrtc.so.12");

  private enum Library {
    DRIVER("libcuda.so.1", "NVIDIA driver", "Install driver 580 or newer"),
    BLAS("libcublas.so.12", "cuBLAS", "Install CUDA's cuBLAS or name its folder in CHLADNI_CUDA_LIB"),
    DNN("libcudnn.so.9", "cuDNN", "Install cuDNN 9 or name its folder in CHLADNI_CUDA_LIB");

    private final String file;
    private final String title;
    private final String remedy;

    Library(String file, String title, String remedy) {
      this.file = file;
      this.title = title;
      this.remedy = remedy;
    }
  }

  private static boolean loaded;

  private final LibrarySearch search;

  CudaLibraries(LibrarySearch search) {
    this.search = search;
  }

  /** Whether the stand-ins are asked for. */
  private boolean standIns() {
    return "1".equals(search.environment().get("CHLADNI_SOFTGPU"));
  }

  /**
   * Loads the driver, cuBLAS, cuDNN and the compiler that there is, once a process.
   *
   * @throws MissingBackendException when one is nowhere, with every place that was tried
   */
  void load() {
    synchronized (CudaLibraries.class) {
      List<Path> files = standIns() ? standInFiles() : files();
      if (!loaded) {
        files.forEach(CudaLibraries::load);
        loaded = true;
      }
    }
  }

  private static List<Path> standInFiles() {
    if (CudaLibraries.class.getClassLoader().getResource(STAND_INS + Library.DRIVER.file) == null) {
      throw new MissingBackendException(
          "cuda: CHLADNI_SOFTGPU=1 asks for the stand-in libraries, which are not on the class path."
              + " Add io.chladni:chladni-softgpu, or unset it.");
    }
    Path driver = standIn(Library.DRIVER.file, standIn(STAND_IN_KERNELS));
    return List.of(driver, standIn(Library.BLAS.file, driver), standIn(Library.DNN.file, driver));
  }

  private static Path standIn(String file, Path... beside) {
    return NativeFiles.extract(CudaLibraries.class, STAND_INS + file, beside);
  }

  private List<Path> files() {
    List<Path> files = new ArrayList<>();
    for (Library library : Library.values()) {
      Optional<Path> file = search.find(library.file);
      if (file.isPresent()) {
        files.add(file.get());
      } else if (library == Library.BLAS && needsShim()) {
        files.add(search.find(BLAS_13).orElseThrow());
        files.add(NativeFiles.extract(CudaLibraries.class, SHIM));
      } else {
        throw missing(library);
      }
    }
    // cuDNN looks for them by name, when it makes a plan; those that are loaded it finds.
    compilers().forEach(file -> files.addAll(withBuiltins(file)));
    return files;
  }

  private List<Path> compilers() {
    return COMPILERS.stream().map(search::find).flatMap(Optional::stream).toList();
  }

  /** NVRTC finds its own part by name, too. */
  private static List<Path> withBuiltins(Path compiler) {
    try (DirectoryStream<Path> parts =
        Files.newDirectoryStream(compiler.toAbsolutePath().getParent(), "libnvrtc-builtins.so.*")) {
      List<Path> files = new ArrayList<>();
      parts.forEach(files::add);
      files.add(compiler);
      return files;
    } catch (IOException e) {
      throw new MissingBackendException(
          "cuda: the folder of %s cannot be read: %s. Repair its installation."
              .formatted(compiler, e),
          e);
    }
  }

  /** Whether cuDNN has engines that it compiles when a plan is made. */
  boolean compile() {
    return standIns() || !compilers().isEmpty();
  }

  private boolean needsShim() {
    return search.find(Library.BLAS.file).isEmpty() && search.find(BLAS_13).isPresent();
  }

  private MissingBackendException missing(Library library) {
    List<String> tried =
        search.places().stream().map(place -> place.folder().toString()).toList();
    return new MissingBackendException(
        "cuda: there is no %s: %s is in none of %s. %s, or use the cpu backend."
            .formatted(library.title, wanted(library), String.join(", ", tried), library.remedy));
  }

  private static String wanted(Library library) {
    return library == Library.BLAS ? library.file + " or " + BLAS_13 : library.file;
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

  /** Says that cuBLAS is not the one that JCublas asks for; empty where it is. */
  String shim() {
    return !standIns() && needsShim() ? " (" + BLAS_13 + " through our shim)" : "";
  }

  /** Each library with its version and path, or what to do where there is none. */
  List<Requirement> requirements() {
    if (standIns()) {
      return List.of(
          Requirement.met(
              "libraries", "stand-ins from the class path, since CHLADNI_SOFTGPU is 1: no GPU runs"));
    }
    List<Requirement> list = new ArrayList<>();
    for (Library library : Library.values()) {
      list.add(requirement(library));
    }
    list.add(compiler());
    list.add(Requirement.met("library search", search.describe()));
    return list;
  }

  private Requirement requirement(Library library) {
    Optional<Path> file = search.find(library.file);
    if (file.isPresent()) {
      return Requirement.met(library.title, name(file.get()));
    }
    if (library == Library.BLAS && needsShim()) {
      Path newer = search.find(BLAS_13).orElseThrow();
      return Requirement.met(library.title, name(newer) + ", through our shim");
    }
    return Requirement.unmet(library.title, "no " + wanted(library), library.remedy + ".");
  }

  private Requirement compiler() {
    List<Path> found = compilers();
    return found.isEmpty()
        ? Requirement.unmet(
            "NVRTC",
            "no " + String.join(" or ", COMPILERS) + ", so cuDNN compiles no kernels",
            "Install CUDA's NVRTC or name its folder in CHLADNI_CUDA_LIB: without it, BF16 is slower"
                + " and results of convolutions lie in 16 bits.")
        : Requirement.met(
            "NVRTC", found.stream().map(CudaLibraries::name).collect(Collectors.joining("; ")));
  }

  /** A link tells the version in the name of the file that it leads to. */
  private static String name(Path file) {
    try {
      Path real = file.toRealPath();
      String version = real.getFileName().toString().replaceFirst(".*\\.so\\.", "");
      return "%s, version %s".formatted(file, version);
    } catch (IOException e) {
      return "%s, which cannot be followed: %s".formatted(file, e);
    }
  }
}

package chladni.tests.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chladni.app.cli.Main;
import chladni.cuda.CudaProvider;
import chladni.engine.backend.BackendOptions;
import chladni.engine.backend.MissingBackendException;
import chladni.engine.backend.Requirement;
import chladni.tests.runtime.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Machines that lack something, laid out below a folder, and drivers that are pretended. */
final class BadMachineTest {
  private static final String DRIVER = "usr/lib/x86_64-linux-gnu/libcuda.so.1";

  @TempDir Path root;

  private CudaProvider provider(String... variables) {
    return new CudaProvider(
        root, variables.length == 0 ? Map.of() : Map.of(variables[0], variables[1]));
  }

  private void file(String name) throws IOException {
    Path file = root.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, "no library");
  }

  private void missing(CudaProvider provider, String... words) {
    assertThatThrownBy(() -> provider.open(BackendOptions.DEFAULT))
        .isInstanceOf(MissingBackendException.class)
        .hasMessageContainingAll(words);
  }

  @Test
  void whatIsMissingIsNamedWithEveryPlaceThatWasTried() throws IOException {
    file("usr/local/cuda-13.0/lib64/other");
    missing(
        provider("CHLADNI_CUDA_LIB", "/one:/two"),
        "there is no NVIDIA driver: libcuda.so.1 is in none of /one, /two, ",
        root.resolve("usr/lib64").toString(),
        root.resolve("usr/local/cuda-13.0/lib64").toString(),
        "Install driver 580 or newer, or use the cpu backend");
    file(DRIVER);
    missing(
        provider(),
        "there is no cuBLAS: libcublas.so.12 or libcublas.so.13 is in none of",
        "name its folder in CHLADNI_CUDA_LIB");
    file("usr/local/cuda-13.0/lib64/libcublas.so.12");
    missing(provider(), "there is no cuDNN: libcudnn.so.9 is in none of", "Install cuDNN 9");
  }

  @Test
  void whatIsFoundIsToldWithVersionAndPlace() throws IOException {
    file(DRIVER.replace(".so.1", ".so.580.65.06"));
    Files.createSymbolicLink(root.resolve(DRIVER), Path.of("libcuda.so.580.65.06"));
    Path python = root.resolve("venv");
    file("venv/lib/python3.13/site-packages/nvidia/cublas/lib/libcublas.so.12");
    Map<String, Requirement> found =
        provider("CHLADNI_CUDA_PYTHON", python.toString()).requirements().stream()
            .collect(Collectors.toMap(Requirement::subject, r -> r));
    assertThat(found.get("NVIDIA driver").text())
        .isEqualTo(root.resolve(DRIVER) + ", version 580.65.06");
    assertThat(found.get("cuBLAS").text())
        .startsWith(python + "/lib/python3.13/site-packages/nvidia/cublas/lib/libcublas.so.12");
    assertThat(found.get("cuDNN").isMet()).isFalse();
    assertThat(found.get("cuDNN").fix()).contains("Install cuDNN 9");
    assertThat(found.get("NVRTC").text()).contains("no libnvrtc.so.13 or libnvrtc.so.12");
    assertThat(found.get("NVRTC").fix()).contains("Install CUDA's NVRTC");
    assertThat(found.get("library search").text())
        .startsWith("the usual place " + root.resolve("usr/lib/x86_64-linux-gnu"))
        .contains("CHLADNI_CUDA_PYTHON " + python)
        .contains("CHLADNI_CUDA_LIB (names none)");
  }

  @Test
  void theCompilerThatCudnnNeedsIsFoundToo() throws IOException {
    file("usr/lib64/libnvrtc.so.13");
    assertThat(provider().requirements())
        .filteredOn(r -> r.subject().equals("NVRTC"))
        .singleElement()
        .matches(Requirement::isMet)
        .extracting(Requirement::text)
        .isEqualTo(root.resolve("usr/lib64/libnvrtc.so.13") + ", version 13");
  }

  @Test
  void theLibraryOfCuda13IsTakenThroughTheShim() throws IOException {
    file("usr/lib64/libcublas.so.13");
    assertThat(provider().requirements())
        .anySatisfy(
            r ->
                assertThat(r.text())
                    .isEqualTo(
                        root.resolve("usr/lib64/libcublas.so.13")
                            + ", version 13, through our shim"));
  }

  @Test
  void aFileThatIsNoLibraryIsNamed() throws Exception {
    file("libcuda.so.1");
    file("libcublas.so.12");
    file("libcudnn.so.9");
    assertThat(
            new ChildJvm()
                .with("CHLADNI_SOFTGPU", "")
                .with("CHLADNI_CUDA_LIB", root.toString())
                .run(OpensCuda.class))
        .contains(
            "MissingBackendException: cuda: " + root.resolve("libcuda.so.1") + " does not load: ")
        .contains("Repair its installation");
  }

  @Test
  void aDriverThatIsTooOldSaysWhichIsNeeded() throws Exception {
    assertThat(new ChildJvm().with("SOFTGPU_DRIVER", "12080").run(OpensCuda.class))
        .startsWith("MissingBackendException: cuda: the driver must be one for CUDA 13.0 or later")
        .contains("it is for 12.8. Install driver 580 or newer");
  }

  @Test
  void aDriverWithoutACardSaysSo() throws Exception {
    assertThat(new ChildJvm().with("SOFTGPU_DEVICES", "0").run(OpensCuda.class))
        .startsWith("MissingBackendException: cuda: the driver is there but finds no device")
        .contains("CUDA_ERROR_NO_DEVICE");
  }

  /** Volta and Turing have no bfloat16, and the image no code for them. */
  @Test
  void aCardThatIsTooOldIsNamedWithWhatIsNeeded() throws Exception {
    String refusal =
        "cuda: the card must have compute capability 8.0 or later, which is what the kernels are"
            + " compiled for; softgpu (no GPU: kernels run on the host) has 7.5."
            + " Name another card in CUDA_VISIBLE_DEVICES, or use the cpu backend.";
    assertThat(new ChildJvm().with("SOFTGPU_CAPABILITY", "7.5").run(OpensCuda.class))
        .isEqualTo("MissingBackendException: " + refusal + "\n");
    assertThat(new ChildJvm().with("SOFTGPU_CAPABILITY", "7.5").run(Main.class, "doctor"))
        .contains("does not open: " + refusal);
  }

  @Test
  void standInsSayThatTheyAreNone() throws Exception {
    assertThat(new ChildJvm().run(OpensCuda.class))
        .contains("CUDA is stand-ins here: kernels run on the host")
        .contains("opened: softgpu (no GPU: kernels run on the host)");
  }
}

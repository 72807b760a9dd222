package chladni.tests.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import chladni.tests.runtime.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A machine with CUDA 13 alone: what JCublas asks of CUDA 12 reaches libcublas.so.13. */
final class CublasShimTest {
  private static final Path BUILT = Path.of("softgpu", "target");

  @TempDir Path libraries;

  private void put(Path from, String... names) throws IOException {
    for (String name : names) {
      Files.copy(from.resolve(name), libraries.resolve(name));
    }
  }

  @Test
  void aProductOfCublas13IsRight() throws Exception {
    put(
        BUILT.resolve("native-resources/chladni/softgpu/linux-x86_64"),
        "libcuda.so.1",
        "libcudnn.so.9",
        "libsoftgpu_kernels.so");
    put(BUILT.resolve("native/cublas13"), "libcublas.so.13");
    String said =
        new ChildJvm()
            .with("CHLADNI_SOFTGPU", "")
            .with("CHLADNI_CUDA_LIB", libraries.toString())
            // So that a name which JCublas imports and the shim has not would end it.
            .with("LD_BIND_NOW", "1")
            .run(OpensCuda.class);
    assertThat(said)
        .contains("cuBLAS 130000 (libcublas.so.13 through our shim)")
        .contains("product: [9.0, 12.0, 15.0]");
  }
}

package chladni.tests.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import chladni.engine.Engine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.jar.JarOutputStream;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import jcuda.Pointer;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUfunction;
import jcuda.driver.CUmodule;
import jcuda.driver.JCudaDriver;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Does what the page of the stand-ins tells users to do, with the page's own words. */
final class OwnKernelTest {
  private static final Path STAND_INS = Path.of("softgpu");
  private static final Pattern BLOCK = Pattern.compile("(?ms)^```(?:cuda)?\\n(.*?)^```\\n");

  @TempDir Path folder;

  /** What a user has tests of: a kernel of the user's own on three numbers. */
  static final class Program {
    private Program() {}

    public static void main(String[] arguments) {
      try (Engine _ = Engine.open("cuda")) {
        JCudaDriver.setExceptionsEnabled(true);
        CUmodule module = new CUmodule();
        CUfunction function = new CUfunction();
        JCudaDriver.cuModuleLoadData(module, new byte[1]);
        JCudaDriver.cuModuleGetFunction(function, module, "plus_one");
        float[] values = {1, 2, 3};
        long bytes = values.length * Float.BYTES;
        CUdeviceptr src = new CUdeviceptr();
        CUdeviceptr dst = new CUdeviceptr();
        JCudaDriver.cuMemAlloc(src, bytes);
        JCudaDriver.cuMemAlloc(dst, bytes);
        JCudaDriver.cuMemcpyHtoD(src, Pointer.to(values), bytes);
        Pointer all =
            Pointer.to(Pointer.to(src), Pointer.to(dst), Pointer.to(new int[] {values.length}));
        JCudaDriver.cuLaunchKernel(function, 1, 1, 1, 32, 1, 1, 0, null, all, null);
        JCudaDriver.cuCtxSynchronize();
        JCudaDriver.cuMemcpyDtoH(Pointer.to(values), dst, bytes);
        System.out.println("plus one: " + Arrays.toString(values));
      }
    }
  }

  @Test
  void aKernelOfTheUsersRunsAsThePageSays() throws IOException, InterruptedException {
    String page = Files.readString(STAND_INS.resolve("README.md"));
    int chapter = page.indexOf("\n## Your own kernels in CI\n");
    List<String> blocks =
        BLOCK.matcher(page.substring(chapter)).results().map(r -> r.group(1)).toList();
    assertThat(blocks).hasSize(2);
    Files.writeString(folder.resolve("mine.cu"), blocks.get(0));
    String script = blocks.get(1);
    assertThat(script).endsWith(" mvn test\n");
    try (JarOutputStream jar =
        new JarOutputStream(Files.newOutputStream(folder.resolve("chladni-softgpu-1.jar")))) {
      jar.putNextEntry(new ZipEntry("chladni/softgpu/host_cuda.h"));
      Files.copy(STAND_INS.resolve("host_cuda.h"), jar);
    }
    assertThat(sh(script.replace("mvn test", java()))).contains("plus one: [2.0, 3.0, 4.0]");
  }

  /** In the place of the user's build. */
  private static String java() {
    return "'%s' --enable-native-access=ALL-UNNAMED -cp '%s' '%s'"
        .formatted(
            Path.of(System.getProperty("java.home"), "bin", "java"),
            Arrays.stream(System.getProperty("java.class.path").split(":"))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .reduce((a, b) -> a + ":" + b)
                .orElseThrow(),
            Program.class.getName());
  }

  private String sh(String script) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder("sh", "-e", "-c", script)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes());
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }
}

package chladni.tests.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import chladni.engine.backend.Precision;
import chladni.engine.backend.PrecisionException;
import chladni.engine.backend.Store;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The host kernels of older instruction sets, each in a process that is told to use them. */
final class KernelVariantsTest {
  /** What a child process runs. */
  static final class Child {
    public static void main(String[] args) {
      System.out.print(Backends.CPU.backend().description() + "|" + loss() + "|" + refusal());
    }
  }

  private static String refusal() {
    try (Store store = Backends.CPU.newStore(1, Precision.BF16)) {
      return "a store in " + store.precision();
    } catch (PrecisionException e) {
      return e.getMessage();
    }
  }

  private static double loss() {
    try (TrainedNet net = new TrainedNet(Backends.CPU.backend(), Precision.FP32)) {
      net.train();
      net.train();
      return net.train();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"baseline", "avx2"})
  void olderInstructionSetTrainsTheSameWayAndRefusesBf16(String isa) throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Child.class.getName())
            .redirectErrorStream(true);
    builder.environment().put("CHLADNI_ISA", isa);
    Process process = builder.start();
    String[] output = new String(process.getInputStream().readAllBytes()).split("\\|");
    process.waitFor();
    assertThat(output[0]).contains(isa);
    assertThat(Double.parseDouble(output[1])).isCloseTo(loss(), within(1e-4));
    assertThat(output[2])
        .contains("asked for BF16", "needs a processor with AVX512_BF16", "kernels " + isa)
        .endsWith("Use FP32.");
  }
}

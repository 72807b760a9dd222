package chladni.tests.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A training on the CUDA backend that ends before its end, in a process of its own. */
final class CudaTrainingCommandTest {
  private static final String TRAIN =
      "train pix2pix --source @src.npy --target @tgt.npy --net unet128 --out @run --save-every 1"
          + " --init-generator @g.safetensors --init-discriminator @d.safetensors";

  @TempDir Path folder;
  private Workbench bench;

  @BeforeEach
  void pairs() {
    bench = new Workbench(folder);
    bench.generator("g.safetensors", 1, 1);
    bench.discriminator("d.safetensors", 2);
    bench.array("src.npy", 2, 1, 128, 1);
    bench.array("tgt.npy", 2, 1, 128, 2);
  }

  @Test
  void controlCInTheMiddleOfAReplayLeavesACheckpointToGoOnFrom() throws Exception {
    Process process = start(Map.of(), "--steps 1000");
    Path metrics = bench.path("run/metrics.jsonl");
    while (process.isAlive() && steps(metrics) < 2) {
      Thread.sleep(5);
    }
    assertThat(new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor())
        .isZero();
    assertThat(process.waitFor(2, TimeUnit.MINUTES)).as(said()).isTrue();
    assertThat(process.exitValue()).as(said()).isEqualTo(128 + 2);
    assertThat(said()).doesNotContain("SIGSEGV");
    goesOn();
  }

  @Test
  void aCardThatFailsIsNamedAndTheCheckpointStands() throws Exception {
    Process process = start(Map.of("SOFTGPU_FAIL", "*:1500"), "--steps 1000");
    assertThat(process.waitFor(2, TimeUnit.MINUTES)).as(said()).isTrue();
    assertThat(process.exitValue()).as(said()).isEqualTo(1);
    assertThat(said())
        .contains("chladni train pix2pix: program with outputs [")
        .contains("CUDA_ERROR_LAUNCH_FAILED (719)")
        .contains("this process cannot use the card any more")
        .doesNotContain("defect");
    goesOn();
  }

  /** One step more than was saved, on the reference. */
  private void goesOn() throws IOException {
    long done = steps(bench.path("run/metrics.jsonl"));
    assertThat(done).isBetween(1L, 999L);
    String more = " --resume --device reference --steps " + (done + 1);
    assertThat(bench.run(TRAIN + more)).as(bench.err()).isZero();
    assertThat(steps(bench.path("run/metrics.jsonl"))).isEqualTo(done + 1);
  }

  private static long steps(Path metrics) throws IOException {
    return Files.exists(metrics) ? Files.readAllLines(metrics).size() : 0;
  }

  private String said() throws IOException {
    return Files.readString(bench.path("said.txt"));
  }

  private Process start(Map<String, String> environment, String options) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                // A shell's background job, as CI may be one, has its children ignore Ctrl-C.
                "env",
                "--default-signal=INT",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:-UsePerfData",
                "-XX:-CreateCoredumpOnCrash",
                "-cp",
                System.getProperty("java.class.path"),
                "chladni.app.cli.Main"));
    command.addAll(List.of(bench.words(TRAIN + " --device cuda " + options)));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(bench.path("said.txt").toFile());
    builder.environment().putAll(environment);
    return builder.start();
  }
}

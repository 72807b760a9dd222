package chladni.tests.cli;

import static org.assertj.core.api.Assertions.assertThat;

import chladni.app.cli.DeviceChoice;
import chladni.app.cli.doctor.Finding;
import chladni.app.cli.doctor.Finding.Level;
import chladni.app.cli.doctor.Inspection;
import chladni.app.cli.doctor.ProgramRequest;
import chladni.app.cli.doctor.ProgramRequest.Network;
import chladni.app.cli.doctor.ProgramRequest.Work;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each test lays out another machine below a folder. */
final class DoctorTest {
  @TempDir Path root;

  @Test
  void thisMachineCanRunChladni() {
    Console console = new Console();
    assertThat(console.run("doctor")).isZero();
    assertThat(console.out())
        .contains("processor")
        .contains("memory")
        .contains("backend cuda")
        .contains("Chladni can run here.");
  }

  @Test
  void instructionSetsAreListed() throws IOException {
    file(
        "proc/cpuinfo",
        "processor\t: 0\nmodel name\t: Test 9000\nflags\t\t: fpu avx2 avx512_bf16\n");
    assertThat(finding("processor"))
        .isEqualTo(new Finding(Level.OK, "processor", "Test 9000, avx2 avx512_bf16", ""));
  }

  @Test
  void aProcessorWithoutAvx2IsNoted() throws IOException {
    file("proc/cpuinfo", "model name\t: Old\nflags\t\t: fpu sse2\n");
    assertThat(finding("processor").level()).isEqualTo(Level.NOTE);
    assertThat(finding("processor").text()).isEqualTo("Old, no AVX2");
  }

  @Test
  void controlGroupsLimitMemoryAndCores() throws IOException {
    file("proc/meminfo", "MemTotal:       33554432 kB\nMemAvailable:   16777216 kB\n");
    assertThat(finding("memory"))
        .isEqualTo(
            new Finding(
                Level.OK, "memory", "32.0 GiB, 16.0 GiB available, no control group limit", ""));
    file("sys/fs/cgroup/memory.max", "1073741824\n");
    file("sys/fs/cgroup/cpu.max", "150000 100000\n");
    assertThat(finding("memory").level()).isEqualTo(Level.NOTE);
    assertThat(finding("memory").text()).endsWith("a control group allows 1.0 GiB");
    assertThat(finding("cores").text()).endsWith("a control group allows 1.50");
  }

  @Test
  void unlimitedControlGroupsAreNoLimit() throws IOException {
    file("proc/meminfo", "MemTotal: 33554432 kB\nMemAvailable: 16777216 kB\n");
    file("sys/fs/cgroup/cpu.max", "max 100000\n");
    file("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
    assertThat(finding("memory").text()).endsWith("no control group limit");
    assertThat(finding("cores").text()).endsWith("no control group limit");
  }

  @Test
  void aDriverIsNamed() throws IOException {
    file(
        "proc/driver/nvidia/version",
        "NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.15  Tue Mar  5 22:23:56 UTC 2024\n");
    assertThat(finding("gpu")).isEqualTo(new Finding(Level.OK, "gpu", "NVIDIA driver 550.54.15", ""));
  }

  @Test
  void toolsAreFoundInThePathAndMissingOnesNamed() throws IOException {
    Path tool = file("bin/cmake", "#!/bin/sh\necho Copyright 2025\necho cmake version 9.9\n");
    Files.setPosixFilePermissions(tool, PosixFilePermissions.fromString("rwxr-xr-x"));
    assertThat(finding("cmake").text()).isEqualTo("cmake version 9.9 (" + tool + ")");
    assertThat(finding("compiler").level()).isEqualTo(Level.NOTE);
    assertThat(finding("compiler").fix()).contains("apt-get install g++");
  }

  @Test
  void aBackendSaysInWhatItComputes() {
    assertThat(finding("backend reference").text())
        .endsWith("computes in FP64, FP32, TF32, BF16; taken only when --device names it");
    assertThat(finding("backend cpu").text()).contains("computes in FP32");
  }

  @Test
  void aMachineThatTellsNothingIsStillReported() {
    assertThat(finding("processor").level()).isEqualTo(Level.NOTE);
    assertThat(finding("memory").level()).isEqualTo(Level.NOTE);
    assertThat(new Inspection(root, root, "").findings())
        .allSatisfy(
            finding -> assertThat(finding.level() == Level.OK).isEqualTo(finding.fix().isEmpty()));
  }

  @Test
  void aProgramIsAskedFor() {
    Console console = new Console();
    assertThat(console.run("doctor", "--program", "unet256", "--work", "step", "--batch", "4"))
        .isZero();
    assertThat(console.program())
        .isEqualTo(new ProgramRequest(Network.UNET256, Work.STEP, 4, new DeviceChoice("auto", false)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --program unet128 --batch 0        | --batch must be at least 1, got 0
          --program patchgan --work step     | Use --program unet128 --work step
          --program vgg16                    | Invalid value for option '--program'
          """)
  void aProgramThatThereIsNotIsUsage(String options, String message) {
    Console console = new Console();
    assertThat(console.run(("doctor " + options).split(" +"))).isEqualTo(2);
    assertThat(console.err()).contains(message);
  }

  /** Small enough to be compiled here; the real command. */
  @Test
  void aProgramIsListedWithItsMemory() {
    Workbench bench = new Workbench(root);
    assertThat(bench.run("doctor --program patchgan --batch 2 --device cpu")).isZero();
    assertThat(bench.out())
        .contains("conv2d 'model.8'")
        .contains("3.035 GFLOP of products")
        .containsPattern("memory +[0-9.]+ MiB: arena [0-9.]+ [KM]iB, scratch");
    assertThat(bench.run("doctor --program sound --work step --device reference")).isZero();
    assertThat(bench.out()).contains("plain loop").contains("memory ");
  }

  private Finding finding(String subject) {
    return new Inspection(root, root, root.resolve("bin").toString())
        .findings().stream().filter(f -> f.subject().equals(subject)).findFirst().orElseThrow();
  }

  private Path file(String path, String content) throws IOException {
    Path file = root.resolve(path);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, content);
  }
}

package chladni.tests.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chladni.app.bundle.GpuBundle;
import chladni.app.bundle.TarGz;
import chladni.app.cli.job.JobException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the archive for a GPU host refuses, and that tar reads it; tests/gpu has the rest. */
final class BundleTest {
  private static final long NO_LIMIT = Long.MAX_VALUE;

  @TempDir Path folder;

  @Test
  void aFileThatExistsIsKept() throws IOException {
    Workbench bench = new Workbench(folder);
    Path file = Files.writeString(bench.path("there.tar.gz"), "mine");
    assertThat(bench.run("bundle --gpu --out @there.tar.gz")).isEqualTo(1);
    assertThat(bench.error()).contains("it exists already. Add --force");
    assertThat(file).hasContent("mine");
  }

  @Test
  void aBuildWithoutKernelsIsNoBundle() throws IOException {
    Path home = Files.createDirectory(folder.resolve("home"));
    Files.writeString(home.resolve("LICENSE"), "");
    Files.writeString(home.resolve("NOTICE"), "");
    Path gpu = home.resolve("tests/gpu");
    Files.createDirectories(gpu.resolve("licences"));
    jar(Files.createDirectories(gpu.resolve("target")).resolve("chladni-gpu.jar"));
    jar(Files.createDirectories(gpu.resolve("target/lib")).resolve("chladni-cuda-1.jar"));
    Path out = folder.resolve("out.tar.gz");
    assertThatThrownBy(() -> GpuBundle.write(home, out))
        .isInstanceOf(JobException.class)
        .hasMessageContaining("no kernels for a card, since nvcc was not there");
    assertThat(out).doesNotExist();
  }

  private static void jar(Path file) throws IOException {
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      zip.putNextEntry(new ZipEntry("empty"));
    }
  }

  @Test
  void tarReadsFilesLinksAndRights() throws IOException, InterruptedException {
    Path content = Files.createDirectories(folder.resolve("content"));
    Path inner = Files.createDirectories(content.resolve("a/b"));
    Files.write(inner.resolve("odd"), new byte[513]);
    Files.write(inner.resolve("whole"), new byte[1024]);
    Files.writeString(content.resolve("tool"), "#!/bin/sh\n");
    assertThat(content.resolve("tool").toFile().setExecutable(true)).isTrue();
    Files.createSymbolicLink(content.resolve("link"), Path.of("a/b/odd"));
    Path archive = folder.resolve("x.tar.gz");
    try (OutputStream out = Files.newOutputStream(archive)) {
      TarGz.write(content, "top", 1_000_000_000, NO_LIMIT, out);
    }
    Process tar =
        new ProcessBuilder("tar", "-xzf", archive.toString(), "-C", folder.toString())
            .inheritIO()
            .start();
    assertThat(tar.waitFor()).isZero();
    Path top = folder.resolve("top");
    assertThat(top.resolve("a/b/odd")).hasBinaryContent(new byte[513]);
    assertThat(top.resolve("a/b/whole")).hasBinaryContent(new byte[1024]);
    assertThat(top.resolve("tool")).isExecutable();
    assertThat(Files.isExecutable(top.resolve("a/b/odd"))).isFalse();
    assertThat(Files.readSymbolicLink(top.resolve("link"))).isEqualTo(Path.of("a/b/odd"));
    assertThat(Files.getLastModifiedTime(top.resolve("tool")).toMillis() / 1000)
        .isEqualTo(1_000_000_000);
  }

  @Test
  void anArchivePastItsLimitIsRefused() throws IOException {
    Path content = Files.createDirectories(folder.resolve("content"));
    Files.writeString(content.resolve("text"), "text");
    assertThatThrownBy(
            () -> TarGz.write(content, "top", 0, 100, OutputStream.nullOutputStream()))
        .isInstanceOf(JobException.class)
        .hasMessageContaining("may have 100 bytes");
  }
}

package chladni.tests.cli;

import static org.assertj.core.api.Assertions.assertThat;

import chladni.app.cli.Main;
import chladni.tests.runtime.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code --tune} finds serves the commands after it, each a process of its own. */
final class TuneCommandTest {
  @TempDir Path folder;
  private Workbench bench;

  @BeforeEach
  void network() {
    bench = new Workbench(folder);
    bench.discriminator("d.safetensors", 2);
    bench.array("x.npy", 1, 2, 64, 1);
  }

  private String chladni(String words) throws IOException, InterruptedException {
    return new ChildJvm()
        .with("CHLADNI_CACHE", bench.path("cache").toString())
        .run(Main.class, bench.words(words));
  }

  private String forward(String output, String options) throws IOException, InterruptedException {
    return chladni(
        "net forward --net patchgan --weights @d.safetensors --input @x.npy --device cuda --output @"
            + output
            + options);
  }

  @Test
  void whatItFindsIsKeptAndShownByDoctor() throws IOException, InterruptedException {
    assertThat(forward("tuned.npy", " --tune")).contains("INFO: tuned conv2d", "direct", " ms");
    assertThat(forward("again.npy", " --tune")).doesNotContain("INFO: tuned");
    assertThat(forward("untuned.npy", "")).doesNotContain("INFO: tuned");
    byte[] tuned = Files.readAllBytes(bench.path("tuned.npy"));
    assertThat(bench.path("again.npy")).hasBinaryContent(tuned);
    assertThat(bench.path("untuned.npy")).hasBinaryContent(tuned);
    assertThat(chladni("doctor"))
        .containsPattern(
            "cuda choices +" + bench.path("cache/choices") + ", 5 entries, [0-9]+ KiB");
  }
}

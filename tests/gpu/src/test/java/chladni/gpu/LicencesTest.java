package chladni.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chladni.app.bundle.GpuBundle;
import chladni.app.bundle.Licences;
import chladni.app.cli.job.JobException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the archive carries, it carries with its licence. */
final class LicencesTest {
  @TempDir Path root;

  /** The archive's files that licences may lie in. */
  private Licences licences() throws IOException {
    Path home = Path.of("../..");
    Files.copy(home.resolve("LICENSE"), root.resolve("LICENSE"));
    Files.createDirectory(root.resolve("licences"));
    try (Stream<Path> texts = Files.list(Path.of("licences"))) {
      for (Path text : texts.toList()) {
        Files.copy(text, root.resolve(text));
      }
    }
    return Licences.read(root.resolve("licences/jars.txt"));
  }

  @Test
  void everyJarThatTravelsHasALicenceWhoseTextIsThere() throws IOException {
    Licences licences = licences();
    List<Path> jars;
    try (Stream<Path> all = Files.list(Path.of("target/lib"))) {
      jars = all.filter(GpuBundle::travels).toList();
    }
    assertThat(jars).hasSizeGreaterThan(20);
    for (Path jar : jars) {
      licences.check(jar, root);
    }
  }

  @Test
  void aJarWithoutAnEntryDoesNotTravel() throws IOException {
    Licences licences = licences();
    assertThatThrownBy(() -> licences.check(Path.of("stray-1.0.jar"), root))
        .isInstanceOf(JobException.class)
        .hasMessageContaining("stray-1.0.jar has none");
  }

  @Test
  void aTextThatIsNotThereIsMissed() throws IOException {
    Licences licences = licences();
    Files.delete(root.resolve("licences/jcuda.txt"));
    assertThatThrownBy(() -> licences.check(Path.of("jcuda-12.6.0.jar"), root))
        .isInstanceOf(JobException.class)
        .hasMessageContaining("must lie in licences/jcuda.txt");
  }
}

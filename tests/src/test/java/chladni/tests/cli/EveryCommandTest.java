package chladni.tests.cli;

import static org.assertj.core.api.Assertions.assertThat;

import chladni.app.cli.Main;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class EveryCommandTest {
  @TempDir Path folder;
  private Workbench bench;

  @BeforeEach
  void bench() {
    bench = new Workbench(folder);
  }

  static Stream<String> commands() {
    return Main.commands().sequencedKeySet().stream();
  }

  @ParameterizedTest
  @MethodSource("commands")
  void helpIsThere(String command) {
    assertThat(bench.run(command + " --help")).isZero();
    assertThat(bench.out()).startsWith("Usage: chladni " + command).contains("--config");
    assertThat(bench.err()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("commands")
  void unknownOptionsAndConfigurationKeysAreUsage(String command) throws IOException {
    assertThat(bench.run(command + " --frobnicate")).isEqualTo(2);
    StringBuilder yaml = new StringBuilder();
    String indent = "";
    for (String name : command.split(" ")) {
      yaml.append(indent).append(name).append(":\n");
      indent += "  ";
    }
    Files.writeString(bench.path("c.yaml"), yaml + indent + "frobnicate: 1\n");
    assertThat(bench.run(command + " --config @c.yaml")).isEqualTo(2);
    assertThat(bench.error()).contains("frobnicate' is unknown");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          prepare --data @d --out @r --seconds 0                        | --seconds must lie in (0, 60], got 0.0
          prepare --data @d --out @r --workers 0                        | --workers must be at least 1, got 0
          prepare --data @d --out @r --set judge                        | Invalid value for option '--set'
          train encoders --run @r --steps 0                             | --steps must be at least 1, got 0
          train encoders --run @r --preset huge                         | Invalid value for option '--preset'
          train multimodal --run @r --decay 2                           | --decay must lie in [0, 1], got 2.0
          train image-gan --run @r --rate -1                            | --rate must be finite and above 0
          train feature-gan --run @r --discriminator-scale 0            | --discriminator-scale must be finite and above 0
          select --run @r --held-out 1.5                                | --held-out must lie in [0, 1], got 1.5
          bundle --gpu --out @a.zip                                     | --out must end in .tar.gz
          generate --model @r --out @o                                  | Missing required parameter: 'CLIP'
          """)
  void nonsenseIsUsage(String command, String message) {
    assertThat(bench.run(command)).isEqualTo(2);
    assertThat(bench.error()).contains(message);
    assertThat(folder).isEmptyDirectory();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          prepare --data @none --out @r                  | none: it must be a folder of videos
          train encoders --run @r                        | Run prepare first
          train multimodal --run @r                      | Run chladni train encoders --run
          train image-gan --run @r                       | Run chladni train encoders --run
          train feature-gan --run @r                     | Run chladni train encoders --run
          select --run @r                                | Run chladni train encoders --run
          evaluate --run @r                              | Run chladni train encoders --run
          generate --model @r --out @o --overwrite a.wav | Run chladni train encoders --run
          """)
  void whatIsMissingIsNamedWithTheCommandThatMakesIt(String command, String message) {
    assertThat(bench.run(command)).isEqualTo(1);
    assertThat(bench.error()).contains(message);
    assertThat(bench.err()).doesNotContain("defect");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void flagsDoNotSwallowWhatFollows() {
    assertThat(bench.run("generate --model @r --out @o --overwrite a.wav b.wav")).isEqualTo(1);
    assertThat(bench.error()).doesNotContain("Invalid value");
  }
}

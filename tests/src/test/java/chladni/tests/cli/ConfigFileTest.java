package chladni.tests.cli;

import static org.assertj.core.api.Assertions.assertThat;

import chladni.app.cli.TrainPix2pix;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ConfigFileTest {
  private static final String PIX2PIX =
      """
      train:
        pix2pix:
          out: runs/a
          data: pairs
          net: unet128
          batch: 4
          no-flip: true
          no-dropout: false
      """;

  @TempDir Path folder;
  private Path file;
  private final Console console = new Console();

  @BeforeEach
  void write() {
    file = folder.resolve("chladni.yaml");
  }

  @Test
  void theFileGivesOptionsTheirValues() throws IOException {
    Files.writeString(file, PIX2PIX);
    assertThat(console.run("train", "pix2pix", "--config", file.toString())).isZero();
    TrainPix2pix.Request request = console.pix2pix();
    assertThat(request.out()).isEqualTo(Path.of("runs/a"));
    assertThat(request.net()).isEqualTo(TrainPix2pix.Net.UNET128);
    assertThat(request.batch()).isEqualTo(4);
    assertThat(request.flip()).isFalse();
    assertThat(request.dropout()).isTrue();
    assertThat(request.steps()).as("neither place says").isEqualTo(10000);
  }

  @Test
  void optionsOverrideTheFile() throws IOException {
    Files.writeString(file, PIX2PIX);
    int code =
        console.run(
            "--config=" + file,
            "train",
            "pix2pix",
            "--batch",
            "2",
            "--no-flip=false",
            "--no-dropout",
            "--net=unet256");
    assertThat(code).isZero();
    assertThat(console.pix2pix().batch()).isEqualTo(2);
    assertThat(console.pix2pix().flip()).isTrue();
    assertThat(console.pix2pix().dropout()).isFalse();
    assertThat(console.pix2pix().net()).isEqualTo(TrainPix2pix.Net.UNET256);
    assertThat(console.pix2pix().out()).isEqualTo(Path.of("runs/a"));
  }

  @Test
  void aFlagOnBothSidesStaysOn() throws IOException {
    Files.writeString(file, PIX2PIX);
    assertThat(console.run("train", "pix2pix", "--no-flip", "--config", file.toString())).isZero();
    assertThat(console.pix2pix().flip()).isFalse();
  }

  @Test
  void anEmptyFileChangesNothing() throws IOException {
    Files.writeString(file, "# nothing yet\n");
    assertThat(
            console.run(
                "train", "pix2pix", "--out", "o", "--data", "d", "--config", file.toString()))
        .isZero();
    assertThat(console.pix2pix().batch()).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          train: {pix2pix: {bacth: 4}}            | line 1: the key 'train.pix2pix.bacth' is unknown; did you mean 'batch'?
          train:\\n  pix2pix:\\n    zzzz: 1       | line 3: the key 'train.pix2pix.zzzz' is unknown. Correct the file.
          trian: {}                               | the key 'trian' is unknown; did you mean 'train'?
          net: {forwards: {net: unet128}}         | the key 'net.forwards' is unknown; did you mean 'forward'?
          seed: 3                                 | the key 'seed' is unknown
          help: true                              | the key 'help' is unknown
          train: {pix2pix: {help: true}}          | the key 'train.pix2pix.help' is unknown
          train: {pix2pix: {--batch: 1}}          | the key 'train.pix2pix.--batch' is unknown; did you mean 'batch'?
          train: {pix2pix: 4}                     | is a command, so options must stand below it
          train: {pix2pix: {batch: }}             | the key 'train.pix2pix.batch' needs a value
          train: {pix2pix: {batch: [1, 2]}}       | the key 'train.pix2pix.batch' must be a single value
          train: {pix2pix: {batch: {a: 1}}}       | the key 'train.pix2pix.batch' must be a single value
          train: {pix2pix: {batch: 1, batch: 2}}  | is given twice
          [1, 2]                                  | must be a mapping
          train: {pix2pix: {                      | is not valid YAML
          train: {pix2pix: {out: o, data: d, batch: many}} | 'many' is not an int
          """)
  void mistakesAreNamedBeforeAnythingStarts(String yaml, String message) throws IOException {
    Files.writeString(file, yaml.replace("\\n", "\n"));
    int code = console.run("train", "pix2pix", "--config", file.toString());
    assertThat(code).isEqualTo(2);
    assertThat(console.err()).contains(message).hasLineCount(1);
    assertThat(console.reachedWork()).isFalse();
  }

  @Test
  void aMissingFileIsNamed() {
    assertThat(console.run("doctor", "--config", file.toString())).isEqualTo(2);
    assertThat(console.err()).contains(file + ": there is no such configuration file");
  }

  @Test
  void otherEncodingsAreRefused() throws IOException {
    Files.write(file, "train: {}  # caf\u00e9".getBytes(StandardCharsets.ISO_8859_1));
    assertThat(console.run("doctor", "--config", file.toString())).isEqualTo(2);
    assertThat(console.err()).contains("must be UTF-8");
  }

  @Test
  void tagsConstructNothing() throws IOException {
    Files.writeString(file, "train: {pix2pix: {out: !!java.io.File [x]}}");
    assertThat(console.run("train", "pix2pix", "--config", file.toString())).isEqualTo(2);
    assertThat(console.err()).contains("must be a single value");
  }
}

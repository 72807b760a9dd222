package chladni.tests.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import chladni.engine.io.Npy;
import chladni.engine.io.NpyArray;
import chladni.sound2image.media.Picture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainPix2pixCommandTest {
  private static final String TRAIN =
      "train pix2pix --source @src.npy --target @tgt.npy --net unet128 --device reference"
          + " --init-generator @g.safetensors --init-discriminator @d.safetensors --batch 2 ";

  @TempDir Path folder;
  private Workbench bench;

  @BeforeEach
  void pairs() {
    bench = new Workbench(folder);
    bench.generator("g.safetensors", 1, 1);
    bench.discriminator("d.safetensors", 2);
    bench.array("src.npy", 5, 1, 128, 1);
    bench.array("tgt.npy", 5, 1, 128, 2);
  }

  @Test
  void writesWeightsLossesAndMetrics() throws IOException {
    trained("--out @run --steps 3 --losses @logs/losses.csv");
    List<String> csv = Files.readAllLines(bench.path("logs/losses.csv"));
    assertThat(csv).hasSize(4);
    assertThat(csv.getFirst()).isEqualTo("step,G_GAN,G_L1,D_real,D_fake");
    assertThat(csv.get(3)).matches("3(,[0-9.E-]+){4}");
    assertThat(Files.readAllLines(bench.path("run/metrics.jsonl"))).hasSize(3);
    assertThat(bench.out()).contains("generator.safetensors").contains("discriminator.safetensors");
    bench.array("x.npy", 1, 1, 128, 3);
    assertThat(
            bench.run(
                "net forward --net unet128 --weights @run/generator.safetensors --input @x.npy"
                    + " --output @y.npy --device reference"))
        .isZero();
  }

  @Test
  void aResumedRunEndsInTheSameBitsAsOneThatWasNotInterrupted() throws IOException {
    trained("--out @whole --steps 6 --losses @whole.csv --seed 5");
    trained("--out @parts --steps 3 --losses @parts.csv --seed 5");
    trained("--out @parts --steps 6 --losses @parts.csv --seed 5 --resume");
    for (String file :
        List.of("checkpoint.safetensors", "generator.safetensors", "discriminator.safetensors")) {
      assertThat(bench.path("parts/" + file)).hasSameBinaryContentAs(bench.path("whole/" + file));
    }
    assertThat(bench.path("parts.csv")).hasSameTextualContentAs(bench.path("whole.csv"));
    assertThat(bench.path("parts/metrics.jsonl"))
        .hasSameTextualContentAs(bench.path("whole/metrics.jsonl"));
  }

  @Test
  void aKilledProcessLosesNothingThatWasSaved() throws Exception {
    String options = "--steps 12 --save-every 4 --seed 3 ";
    trained("--out @whole " + options);
    Path checkpoint = bench.path("killed/checkpoint.safetensors");
    killOnceItIsThere(checkpoint, TRAIN + "--out @killed " + options);
    trained("--out @killed --resume " + options);
    assertThat(checkpoint).hasSameBinaryContentAs(bench.path("whole/checkpoint.safetensors"));
    assertThat(bench.path("killed/metrics.jsonl"))
        .hasSameTextualContentAs(bench.path("whole/metrics.jsonl"));
  }

  @Test
  void aProcessKilledAtItsVeryStartIsNotInTheWay() throws IOException {
    Files.createDirectories(bench.path("run"));
    Files.writeString(bench.path("run/.metrics.jsonl.x.chladni-tmp"), "half a li");
    trained("--out @run --steps 1 --resume");
    assertThat(bench.err()).contains("is empty: nothing to resume");
    assertThat(bench.path("run")).isDirectoryNotContaining("glob:**.chladni-tmp");
  }

  @Test
  void aFullDiskIsNamedAndTheCheckpointStands() throws Exception {
    trained("--out @run --steps 1");
    byte[] before = Files.readAllBytes(bench.path("run/checkpoint.safetensors"));
    // A limit on the size of files stands in for a disk without room: writes fail the same way.
    Path said = bench.path("said.txt");
    Process process =
        new ProcessBuilder(limited(TRAIN + "--out @run --steps 2 --resume"))
            .redirectErrorStream(true)
            .redirectOutput(said.toFile())
            .start();
    assertThat(process.waitFor()).isEqualTo(1);
    assertThat(said).content().contains("chladni train pix2pix: ", "checkpoint.safetensors");
    assertThat(said).content().doesNotContain("defect");
    assertThat(Files.readAllBytes(bench.path("run/checkpoint.safetensors"))).isEqualTo(before);
    assertThat(bench.path("run")).isDirectoryNotContaining("glob:**.chladni-tmp");
    trained("--out @run --steps 2 --resume");
  }

  @Test
  void aLossThatIsNotFiniteIsNamedAndTheCheckpointStands() throws IOException {
    NpyArray target = Npy.read(bench.path("tgt.npy"));
    target.values()[4 * 128 * 128 + 77] = Float.NaN;
    Npy.write(bench.path("tgt.npy"), target);
    // The fifth pair is the first of the third step.
    String options = "--out @run --serial-batches --save-every 2 --steps 9 ";
    assertThat(bench.run(TRAIN + options)).isEqualTo(1);
    assertThat(bench.error())
        .startsWith("chladni train pix2pix: loss '")
        .contains("must stay finite, got NaN at step 3", "update was not applied", "--resume");
    assertThat(bench.path("run/generator.safetensors")).doesNotExist();
    assertThat(Files.readAllLines(bench.path("run/metrics.jsonl"))).hasSize(2);

    trained("--out @good --serial-batches --steps 2");
    assertThat(bench.path("run/checkpoint.safetensors"))
        .hasSameBinaryContentAs(bench.path("good/checkpoint.safetensors"));
  }

  @Test
  void aFolderWithSomethingInItIsNotTouched() throws IOException {
    trained("--out @run --steps 1");
    byte[] before = Files.readAllBytes(bench.path("run/checkpoint.safetensors"));
    refused("--out @run --steps 2", "holds a training already", "Add --resume");
    assertThat(Files.readAllBytes(bench.path("run/checkpoint.safetensors"))).isEqualTo(before);
    Files.createDirectories(bench.path("photos"));
    Files.writeString(bench.path("photos/me.txt"), "dear");
    refused("--out @photos --steps 2", "must be empty for a new training");
    refused("--out @photos --steps 2 --resume", "no checkpoint in it to resume from");
    refused("--out @src.npy --steps 2", "it must be a folder and is a file");
    assertThat(bench.path("photos")).isDirectoryNotContaining("glob:**.jsonl");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --seed 2         | seed was 1, is 2
          --no-dropout     | dropout was true, is false
          --serial-batches | serial_batches was false, is true
          --rate 0.001     | rate was 2.0E-4, is 0.001
          --decay-steps 9  | rate was 2.0E-4, is 2.0E-4 linear over 9 after 0
          --ngf 4          | ngf was 2, is 4
          --precision bf16 | precision was fp32, is bf16
          """)
  void anotherConfigurationIsNotResumed(String option, String difference) {
    trained("--out @run --steps 1");
    refused("--out @run --steps 2 --resume " + option, difference);
  }

  @Test
  void precisionReachesTheTraining() throws IOException {
    trained("--out @single --steps 1 --losses @single.csv");
    trained("--out @half --steps 1 --losses @half.csv --precision bf16");
    double[] single = losses("single.csv");
    double[] half = losses("half.csv");
    for (int i = 0; i < single.length; i++) {
      // Operands are off by at most 2^-8; the losses are means over thousands of them.
      assertThat(half[i]).isNotEqualTo(single[i]).isCloseTo(single[i], withinPercentage(1));
    }
  }

  /** Checkpoints hold the 32-bit weights: nothing is rounded on the way through a file. */
  @Test
  void aResumedRunInBf16EndsInTheSameBits() {
    trained("--out @whole --steps 2 --precision bf16");
    trained("--out @parts --steps 1 --precision bf16");
    trained("--out @parts --steps 2 --precision bf16 --resume");
    assertThat(bench.path("parts/checkpoint.safetensors"))
        .hasSameBinaryContentAs(bench.path("whole/checkpoint.safetensors"));
  }

  private double[] losses(String file) throws IOException {
    String[] last = Files.readAllLines(bench.path(file)).getLast().split(",");
    return Arrays.stream(last).skip(1).mapToDouble(Double::parseDouble).toArray();
  }

  @Test
  void anotherBatchIsNotResumed() {
    trained("--out @run --steps 1");
    String other = TRAIN.replace("--batch 2", "--batch 3") + "--out @run --steps 2 --resume";
    assertThat(bench.run(other)).isEqualTo(1);
    assertThat(bench.error()).contains("batch was 2, is 3");
  }

  @Test
  void otherDataAreNotResumed() {
    trained("--out @run --steps 1");
    bench.array("tgt.npy", 5, 1, 128, 9);
    refused("--out @run --steps 2 --resume", "data was ", "start again in another folder");
  }

  @Test
  void arraysThatAreNoPairsAreRefused() {
    bench.array("tgt.npy", 4, 1, 128, 2);
    refused("--out @run", "must hold as many items as", "got 4 and 5");
    bench.array("tgt.npy", 5, 1, 64, 2);
    refused("--out @run", "must be (N, C, 128, 128), got [5, 1, 64, 64]");
    bench.array("tgt.npy", 5, 2, 128, 2);
    refused("--out @run", "'model.model.3.weight' must be [4, 2, 4, 4], got [4, 1, 4, 4]");
    assertThat(bench.path("run")).doesNotExist();
  }

  @Test
  void aFolderOfPicturePairsTrainsIsKilledAndResumes() throws Exception {
    bench.generator("g3.safetensors", 3, 3);
    bench.discriminator("d6.safetensors", 6);
    for (int i = 0; i < 3; i++) {
      byte[] rgb = new byte[3 * 60 * 31];
      for (int b = 0; b < rgb.length; b++) {
        rgb[b] = (byte) (b * (i + 3) >> 2);
      }
      Files.createDirectories(bench.path("pairs"));
      new Picture(60, 31, rgb).writePng(bench.path("pairs/" + i + ".png"));
    }
    String train =
        "train pix2pix --data @pairs --net unet128 --device reference --seed 4"
            + " --init-generator @g3.safetensors --init-discriminator @d6.safetensors ";
    assertThat(bench.run(train + "--out @whole --steps 4")).as(bench.err()).isZero();
    Path checkpoint = bench.path("parts/checkpoint.safetensors");
    killOnceItIsThere(checkpoint, train + "--out @parts --steps 4 --save-every 1");
    assertThat(bench.run(train + "--out @parts --steps 4 --resume")).isZero();
    for (String file : List.of("checkpoint.safetensors", "generator.safetensors", "metrics.jsonl")) {
      assertThat(bench.path("parts/" + file)).hasSameBinaryContentAs(bench.path("whole/" + file));
    }
    assertThat(bench.run(train + "--out @parts --steps 5 --resume --no-flip")).isEqualTo(1);
    assertThat(bench.error()).contains("flip was true, is false");
  }

  @Test
  void aFolderOfFoldersNamesThem() throws IOException {
    Files.createDirectories(bench.path("facades/train"));
    Files.createDirectories(bench.path("facades/val"));
    assertThat(bench.run("train pix2pix --out @run --data @facades")).isEqualTo(1);
    assertThat(bench.error()).contains("no picture", "Its folders are train, val: give one");
  }

  @Test
  void unknownConfigurationKeysStartNothing() throws IOException {
    Files.writeString(bench.path("c.yaml"), "train:\n  pix2pix:\n    stesp: 3\n");
    assertThat(bench.run(TRAIN + "--out @run --config @c.yaml")).isEqualTo(2);
    assertThat(bench.error()).contains("'train.pix2pix.stesp' is unknown; did you mean 'steps'?");
    assertThat(bench.path("run")).doesNotExist();
  }

  @Test
  void aConfigurationFileStandsInForOptions() throws IOException {
    Files.writeString(
        bench.path("c.yaml"), "train:\n  pix2pix:\n    steps: 1\n    no-dropout: true\n");
    trained("--out @run --config @c.yaml");
    assertThat(Files.readAllLines(bench.path("run/metrics.jsonl"))).hasSize(1);
    refused("--out @run --resume --steps 2", "dropout was false, is true");
  }

  private void trained(String options) {
    assertThat(bench.run(TRAIN + options)).as(bench.err()).isZero();
  }

  private void refused(String options, String... parts) {
    assertThat(bench.run(TRAIN + options)).isEqualTo(1);
    assertThat(bench.error()).startsWith("chladni train pix2pix: ").contains(parts);
    assertThat(bench.err()).doesNotContain("defect");
  }

  private void killOnceItIsThere(Path file, String command) throws Exception {
    Process process = start(command);
    while (process.isAlive() && !Files.exists(file)) {
      Thread.sleep(5);
    }
    process.destroyForcibly();
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(file).exists();
  }

  private Process start(String command) throws IOException {
    return new ProcessBuilder(java(command))
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  private List<String> limited(String command) {
    List<String> words =
        new ArrayList<>(List.of("bash", "-c", "ulimit -f 16; exec \"$@\"", "bash"));
    words.addAll(java(command));
    return words;
  }

  private List<String> java(String command) {
    List<String> words =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:-UsePerfData",
                "-cp",
                System.getProperty("java.class.path"),
                "chladni.app.cli.Main"));
    words.addAll(List.of(bench.words(command)));
    return words;
  }
}

package chladni.tests.cli;

import static org.assertj.core.api.Assertions.assertThat;

import chladni.engine.io.Npy;
import chladni.engine.io.NpyArray;
import chladni.sound2image.media.Picture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplayCommandTest {
  private static final String TRAIN =
      "train pix2pix --source @src.npy --target @tgt.npy --net unet128 --ngf 2 --ndf 2 --batch 2"
          + " --serial-batches --out @run ";

  @TempDir Path folder;
  private Workbench bench;

  @BeforeEach
  void pairs() {
    bench = new Workbench(folder);
    bench.array("src.npy", 5, 1, 128, 1);
    bench.array("tgt.npy", 5, 1, 128, 2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"cpu", "reference"})
  void aStepHasTheLossesThatItHadInTheRun(String device) throws IOException {
    done(TRAIN + "--steps 4 --save-every 2 --device " + device);
    Map<Path, String> before = files();
    done("replay @run/checkpoint.previous.safetensors --step 4");
    assertThat(losses(bench.out())).isEqualTo(logged(4));
    assertThat(bench.out())
        .startsWith("step 4 of pix2pix\n")
        .endsWith("every result of the step is finite\n");
    assertThat(files()).isEqualTo(before);
  }

  @Test
  void picturesAreCroppedAndFlippedAsTheyWere() throws IOException {
    Files.createDirectories(bench.path("pairs"));
    for (int i = 0; i < 3; i++) {
      byte[] rgb = new byte[3 * 60 * 31];
      for (int b = 0; b < rgb.length; b++) {
        rgb[b] = (byte) (b * (i + 3) >> 2);
      }
      new Picture(60, 31, rgb).writePng(bench.path("pairs/" + i + ".png"));
    }
    done(
        "train pix2pix --data @pairs --net unet128 --ngf 2 --ndf 2 --device cpu --out @run --steps 6"
            + " --save-every 3");
    done("replay @run/checkpoint.previous.safetensors --step 6");
    assertThat(losses(bench.out())).isEqualTo(logged(6));

    Files.move(bench.path("run"), bench.path("moved"));
    done("replay @moved/checkpoint.previous.safetensors --step 6");
    assertThat(bench.path("run")).doesNotExist();
    Files.move(bench.path("pairs"), bench.path("elsewhere"));
    refused("replay @moved/checkpoint.previous.safetensors --step 6", "pairs: ", "cannot be read");
  }

  @ParameterizedTest
  @ValueSource(strings = {"cpu", "reference"})
  void whereAValueCeasesToBeFiniteIsFound(String device) throws IOException {
    NpyArray target = Npy.read(bench.path("tgt.npy"));
    // The fifth pair is the first of the third step.
    target.values()[4 * 128 * 128 + 77] = Float.POSITIVE_INFINITY;
    Npy.write(bench.path("tgt.npy"), target);
    assertThat(bench.run(TRAIN + "--steps 9 --save-every 1 --device " + device)).isEqualTo(1);
    String replay = bench.error().replaceAll(".*run: chladni (replay \\S+ --step \\d+)\\..*", "$1");
    assertThat(replay).isEqualTo("replay " + bench.path("run/checkpoint.safetensors") + " --step 3");

    Map<Path, String> before = files();
    assertThat(bench.run(replay)).as(bench.err()).isEqualTo(3);
    assertThat(bench.out())
        .startsWith("step 3 of pix2pix\n")
        .contains("first result that is not finite: ", "values are not finite, the first at [")
        .contains("not finite before the step: ");
    assertThat(files()).isEqualTo(before);

    assertThat(bench.run("replay @run/checkpoint.previous.safetensors --step 8")).isEqualTo(3);
    assertThat(bench.out())
        .startsWith("a loss is not finite at step 3 already: stopped there\nstep 3 of pix2pix\n");
  }

  @Test
  void whatCannotBeReplayedIsNamed() {
    done(TRAIN + "--steps 2 --device reference");
    refused(
        "replay @run/checkpoint.safetensors --step 2",
        "it was taken after step 2, so --step must be larger, got 2");
    refused("replay @run/generator.safetensors --step 2", "a checkpoint must say its step");
    refused("replay @none.safetensors --step 2", "there is no such file");
    assertThat(bench.run("replay @run/checkpoint.safetensors")).isEqualTo(2);
    bench.array("src.npy", 5, 1, 128, 9);
    refused("replay @run/checkpoint.safetensors --step 3", "data was ");
  }

  private void done(String command) {
    assertThat(bench.run(command)).as(bench.err()).isZero();
  }

  private void refused(String command, String... parts) {
    assertThat(bench.run(command)).as(bench.err()).isEqualTo(1);
    assertThat(bench.error()).contains(parts).doesNotContain("defect");
  }

  /** {@code {"step":4,"G_GAN":0.7,...}} as lines {@code G_GAN 0.7}: equal text is equal bits. */
  private List<String> logged(int step) throws IOException {
    String line = Files.readAllLines(bench.path("run/metrics.jsonl")).get(step - 1);
    return Stream.of(line.substring(1, line.length() - 1).split(","))
        .skip(1)
        .map(pair -> pair.replace("\"", "").replace(':', ' '))
        .toList();
  }

  private static List<String> losses(String out) {
    return out.lines().filter(line -> line.matches("[GD]_\\w+ .*")).toList();
  }

  private Map<Path, String> files() throws IOException {
    Map<Path, String> contents = new TreeMap<>();
    try (Stream<Path> entries = Files.list(bench.path("run"))) {
      for (Path file : entries.toList()) {
        contents.put(file, Files.getLastModifiedTime(file) + " " + Files.size(file));
      }
    }
    return contents;
  }
}

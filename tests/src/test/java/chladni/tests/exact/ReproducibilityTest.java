package chladni.tests.exact;

import static org.assertj.core.api.Assertions.assertThat;

import chladni.engine.Engine;
import chladni.engine.backend.BackendOptions;
import chladni.engine.backend.Precision;
import chladni.sound2image.network.PatchGan;
import chladni.sound2image.network.UNet;
import chladni.sound2image.training.Checkpoint;
import chladni.sound2image.training.Pix2Pix;
import chladni.sound2image.training.TrainingListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.SortedMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same seed, machine and thread count give the same bits; other thread counts nearly so. */
final class ReproducibilityTest {
  @TempDir Path folder;

  @Test
  void twoHundredGanStepsGiveTheSameBitsInAnotherProcessWithoutItsCache() throws Exception {
    Path pairs = TinyGan.pairs(folder.resolve("pairs"));
    // The extracted libraries are all that the backend keeps between processes.
    Path libraries = folder.resolve("libraries");
    SortedMap<String, String> first = trained(pairs, "first", libraries);
    assertThat(first).containsKeys("checkpoint.safetensors", "generator.safetensors");
    delete(libraries);
    assertThat(trained(pairs, "second", libraries)).isEqualTo(first);
  }

  private SortedMap<String, String> trained(Path pairs, String name, Path libraries)
      throws Exception {
    Path out = folder.resolve(name);
    Process process = Trainee.start(pairs, out, 200, 0, 2, libraries);
    process.getInputStream().readAllBytes();
    assertThat(process.waitFor()).isZero();
    assertThat(libraries).isDirectoryRecursivelyContaining("glob:**.so*");
    return Folder.sums(out);
  }

  private static void delete(Path root) throws IOException {
    List<Path> files;
    try (Stream<Path> walk = Files.walk(root)) {
      files = new ArrayList<>(walk.toList());
    }
    for (Path file : files.reversed()) {
      Files.delete(file);
    }
  }

  /** The bounds of tests/golden/README.md for ten steps in FP32. */
  @Test
  void oneAndTwoThreadsAgreeAsWellAsPyTorchAndWe() {
    double[][] one = losses(1);
    double[][] two = losses(2);
    for (int step = 1; step <= one.length; step++) {
      for (int i = 0; i < one[0].length; i++) {
        double expected = one[step - 1][i];
        assertThat(Math.abs(two[step - 1][i] - expected))
            .as("step %d, %s", step, Pix2Pix.LOSSES.get(i))
            .isLessThanOrEqualTo((step <= 3 ? 1e-3 : 5e-2) * Math.abs(expected));
      }
    }
  }

  /** Ten steps of a GAN wide enough for a team of threads. */
  private static double[][] losses(int threads) {
    Pix2Pix.Options options =
        Pix2Pix.Options.of(new UNet(64, 3, 3, 16, 0.5), new PatchGan(16, 3), 4, 3);
    try (Engine engine = Engine.open("cpu", new BackendOptions(threads));
        Pix2Pix gan = new Pix2Pix(engine.backend(), options, Precision.FP32)) {
      assertThat(engine.backend().threads()).isEqualTo(threads);
      gan.program().write("lr", new double[] {2e-4});
      double[][] losses = new double[10][Pix2Pix.LOSSES.size()];
      SplittableRandom random = new SplittableRandom(11);
      for (double[] row : losses) {
        for (String input : List.of("source", "target")) {
          gan.program().write(input, random.doubles(4 * 3 * 64 * 64, -1, 1).toArray());
        }
        gan.program().run();
        for (int i = 0; i < row.length; i++) {
          row[i] = gan.program().scalar(Pix2Pix.LOSSES.get(i));
        }
      }
      return losses;
    }
  }

  @Test
  void aRunThatGoesOnWithOtherThreadsSaysSo() {
    Path pairs = TinyGan.pairs(folder.resolve("pairs"));
    Path run = folder.resolve("run");
    assertThat(notes(pairs, run, 1, 2)).isEmpty();
    assertThat(notes(pairs, run, 1, 4)).isEmpty();
    Checkpoint stayed = Checkpoint.read(run.resolve(Checkpoint.FILE));
    assertThat(stayed.metadata())
        .containsEntry("made_on.threads", "1")
        .containsKeys("made_on.backend", "made_on.implementations")
        .doesNotContainKey("made_on.moved");

    assertThat(notes(pairs, run, 2, 6))
        .singleElement()
        .asString()
        .startsWith("from step 5 on this run is not bit-equal to one that was never stopped")
        .contains("threads: 1 -> 2");
    assertThat(notes(pairs, run, 2, 8)).isEmpty();
    assertThat(Checkpoint.read(run.resolve(Checkpoint.FILE)).metadata().get("made_on.moved"))
        .startsWith("after step 4: ")
        .contains("threads: 1 -> 2");
  }

  private static List<String> notes(Path pairs, Path run, int threads, long steps) {
    List<String> notes = new ArrayList<>();
    TrainingListener listener =
        new TrainingListener() {
          @Override
          public void step(
              String stage, long step, long total, List<String> names, double[] values) {}

          @Override
          public void note(String text) {
            notes.add(text);
          }
        };
    try (Engine engine = Engine.open("cpu", new BackendOptions(threads))) {
      TinyGan.train(engine.backend(), pairs, run, steps, 2, listener);
    }
    return notes;
  }
}

package chladni.tests.exact;

import static org.assertj.core.api.Assertions.assertThat;

import chladni.cuda.CudaProvider;
import chladni.engine.backend.Backend;
import chladni.engine.backend.BackendOptions;
import chladni.sound2image.training.Checkpoint;
import chladni.sound2image.training.Pix2Pix;
import chladni.sound2image.training.ReplayLoop;
import chladni.sound2image.training.TrainingListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Which implementations a training took lies in its checkpoint, and what goes on from it takes them
 * again, whatever the machine remembers or would choose now. Two of them differ in their last bits.
 */
final class ChosenImplementationsTest {
  /** What FP32 may take of the stand-in's cuDNN, but never does by itself. */
  private static final String UNUSUAL = "cudnn 4[2=0 13=1]";

  private static final SortedMap<String, String> CHOICES = new TreeMap<>();
  private static final List<String> NOTES = new ArrayList<>();

  private static final TrainingListener LISTENER =
      new TrainingListener() {
        @Override
        public void step(
            String stage, long step, long total, List<String> names, double[] values) {}

        @Override
        public void note(String text) {
          NOTES.add(text);
        }
      };

  @TempDir static Path folder;
  private static Path pairs;

  /** On a machine that remembers nothing. */
  private static Backend open(boolean tune) throws IOException {
    Map<String, String> environment = new HashMap<>(System.getenv());
    environment.put("CHLADNI_CACHE", Files.createTempDirectory(folder, "cache").toString());
    return new CudaProvider(Path.of("/"), environment)
        .open(BackendOptions.DEFAULT.withTune(tune));
  }

  private static void train(Backend backend, String run, long steps) {
    TinyGan.train(backend, pairs, folder.resolve(run), steps, 2, LISTENER);
  }

  private SortedMap<String, String> weights(String run) {
    SortedMap<String, String> sums = Folder.sums(folder.resolve(run));
    assertThat(sums).containsKeys("generator.safetensors", "discriminator.safetensors");
    return sums;
  }

  /** Three steps, saved after two, and two alone. */
  @BeforeAll
  static void trainByWhatNobodyWouldChoose() throws IOException {
    pairs = TinyGan.pairs(folder.resolve("pairs"));
    try (Backend backend = open(false);
        Pix2Pix gan = TinyGan.build(backend)) {
      SortedMap<String, String> usual = gan.program().choices();
      assertThat(usual).doesNotContainValue(UNUSUAL).isNotEmpty();
      usual.keySet().forEach(problem -> CHOICES.put(problem, UNUSUAL));
    }
    try (Backend backend = open(false)) {
      backend.adopt(CHOICES);
      train(backend, "unbroken", 3);
    }
    try (Backend backend = open(false)) {
      backend.adopt(CHOICES);
      train(backend, "broken", 2);
    }
  }

  @BeforeEach
  void forgetNotes() {
    NOTES.clear();
  }

  @Test
  void aResumedRunEndsAsOneThatWasNeverStopped() throws IOException {
    // Tuning would choose something else, and is not asked.
    try (Backend backend = open(true)) {
      train(backend, "broken", 3);
    }
    assertThat(NOTES).isEmpty();
    Checkpoint last = Checkpoint.read(folder.resolve("broken").resolve(Checkpoint.FILE));
    assertThat(last.metadata().get("made_on.choices").lines())
        .hasSameSizeAs(CHOICES.keySet())
        .allMatch(line -> line.endsWith(" = " + UNUSUAL));
    assertThat(weights("broken")).isEqualTo(weights("unbroken"));

    try (Backend backend = open(false)) {
      train(backend, "usual", 3);
    }
    assertThat(weights("usual").get("generator.safetensors"))
        .isNotEqualTo(weights("unbroken").get("generator.safetensors"));
  }

  @Test
  void aReplayComputesWhatTheRunDid() throws IOException {
    Path run = folder.resolve("unbroken");
    ReplayLoop replay = new ReplayLoop(Checkpoint.read(run.resolve(Checkpoint.PREVIOUS)), 3);
    try (Backend backend = open(true)) {
      TinyGan.run(replay, backend, pairs, run, 3, 2, LISTENER);
    }
    assertThat(NOTES).isEmpty();
    String logged = Files.readAllLines(run.resolve("metrics.jsonl")).getLast();
    replay
        .result()
        .orElseThrow()
        .losses()
        .forEach((loss, value) -> assertThat(logged).contains("\"" + loss + "\":" + value));
  }
}

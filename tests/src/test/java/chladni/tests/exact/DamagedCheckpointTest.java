package chladni.tests.exact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chladni.engine.Engine;
import chladni.engine.backend.BackendOptions;
import chladni.engine.io.BadFileException;
import chladni.sound2image.training.Checkpoint;
import chladni.sound2image.training.NotFiniteException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SortedMap;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A checkpoint that was whole once and is no longer, or that never should have been. */
final class DamagedCheckpointTest {
  @AutoClose private final Engine engine = Engine.open("reference", BackendOptions.DEFAULT);

  @TempDir Path folder;
  private Path newest;
  private byte[] good;

  @BeforeEach
  void train() throws IOException {
    resume();
    newest = folder.resolve(Checkpoint.FILE);
    good = Files.readAllBytes(newest);
  }

  @Test
  void oneFlippedBitInAnyByteIsRefused() throws IOException {
    for (int i = 0; i < good.length; i++) {
      byte[] bytes = good.clone();
      bytes[i] ^= (byte) (1 << i % 8);
      refused(bytes, "byte " + i);
    }
  }

  @Test
  void everyTruncationIsRefused() throws IOException {
    for (int length = 0; length < good.length; length++) {
      refused(Arrays.copyOf(good, length), "length " + length);
    }
  }

  private void refused(byte[] bytes, String what) throws IOException {
    Files.write(newest, bytes);
    assertThatThrownBy(() -> Checkpoint.read(newest))
        .as(what)
        .isInstanceOf(BadFileException.class)
        .hasMessageStartingWith(newest + ": ")
        .hasMessageEndingWith("the one before it, checkpoint.previous.safetensors.");
  }

  @Test
  void theOneBeforeIsThereToGoOnFrom() throws IOException {
    SortedMap<String, String> whole = Folder.sums(folder);
    byte[] bytes = good.clone();
    bytes[bytes.length - 1] ^= 1; // In the data: a damaged header is found by its own rules first.
    Files.write(newest, bytes);
    assertThatThrownBy(this::resume)
        .isInstanceOf(BadFileException.class)
        .hasMessageContaining("the SHA-256 of the file must be");
    assertThat(newest).hasBinaryContent(bytes);

    Files.delete(newest);
    assertThat(Checkpoint.newest(folder).map(file -> Checkpoint.read(file).step()))
        .contains(LineTraining.STEPS - LineTraining.SAVE_EVERY);
    resume();
    assertThat(Folder.sums(folder)).isEqualTo(whole);
  }

  @Test
  void withNoneBeforeItTheDamageAloneIsNamed() throws IOException {
    Files.delete(folder.resolve(Checkpoint.PREVIOUS));
    Files.write(newest, Arrays.copyOf(good, good.length - 1));
    assertThatThrownBy(this::resume)
        .isInstanceOf(BadFileException.class)
        .hasMessageContaining("the tensors must fill the data exactly")
        .hasMessageNotContaining(Checkpoint.PREVIOUS);
  }

  @Test
  void anUpdateThatOverflowsBecomesNone() {
    Path run = folder.resolve("overflowing");
    assertThatThrownBy(
            () ->
                LineTraining.train(
                    engine.backend(), run, true, step -> step < 4 ? 1e-2 : 1e39))
        .isInstanceOf(NotFiniteException.class)
        .hasMessageStartingWith("variable 'fc.")
        .hasMessageContaining(
            "at step 4; that update was not applied. To see where it began, run: chladni replay "
                + run.resolve(Checkpoint.FILE)
                + " --step 4.");
    assertThat(Checkpoint.read(run.resolve(Checkpoint.FILE)).step()).isEqualTo(2);
  }

  @Test
  void aNewRunThatStopsBeforeItsFirstLeavesNoneOfAnOldRun() {
    assertThatThrownBy(
            () ->
                LineTraining.train(
                    engine.backend(),
                    folder,
                    false,
                    _ -> {
                      throw new IllegalStateException("killed");
                    }))
        .hasMessage("killed");
    assertThat(Checkpoint.newest(folder)).isEmpty();
  }

  private void resume() {
    LineTraining.train(engine.backend(), folder);
  }
}

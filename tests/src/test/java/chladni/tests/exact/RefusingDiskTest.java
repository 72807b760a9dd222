package chladni.tests.exact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import chladni.engine.Engine;
import chladni.engine.backend.Backend;
import chladni.engine.backend.BackendOptions;
import chladni.engine.io.FileWriteException;
import chladni.sound2image.training.Checkpoint;
import chladni.sound2image.training.TrainingListener;
import java.nio.file.Path;
import java.util.SortedMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk that refuses, at every moment of a training at which it could. */
final class RefusingDiskTest {
  private static final Engine ENGINE = Engine.open("reference", BackendOptions.DEFAULT);
  private static final Backend BACKEND = ENGINE.backend();

  @TempDir static Path root;
  private static Disk sound;
  private static SortedMap<String, String> whole;

  @BeforeAll
  static void trainOnASoundDisk() {
    sound = Disk.sound();
    train(root.resolve("whole"), sound);
    whole = Folder.sums(root.resolve("whole"));
    assertThat(whole).hasSize(5);
  }

  @AfterAll
  static void close() {
    ENGINE.close();
  }

  @Test
  void whateverActIsRefusedTheRunGoesOnBitForBit() {
    assertThat(sound.acts()).isGreaterThan(60);
    for (long act = 1; act <= sound.acts(); act++) {
      refusedOnce(root.resolve("act-" + act), Disk.refusing(act));
    }
  }

  @Test
  void aDiskThatIsFullAtFiftyPlacesLosesNothing() {
    for (int i = 0; i < 50; i++) {
      refusedOnce(root.resolve("full-" + i), Disk.withRoomFor(sound.bytes() * i / 50));
    }
  }

  private static void refusedOnce(Path folder, Disk disk) {
    FileWriteException refusal =
        catchThrowableOfType(FileWriteException.class, () -> train(folder, disk));
    assertThat(disk.refused()).as("%s: the fault was met", folder).isTrue();
    assertThat(refusal).as("%s", folder).isNotNull();
    assertThat(refusal.target().toString()).startsWith(folder + "/");
    assertThat(refusal)
        .hasMessageStartingWith(refusal.target() + ": cannot be written (")
        .hasMessageMatching(".*(No space left on device|Input/output error).*");
    assertThat(Folder.temporaries(folder)).as("%s: leftovers", folder).isZero();
    long step = Checkpoint.newest(folder).map(file -> Checkpoint.read(file).step()).orElse(0L);
    assertThat(step % LineTraining.SAVE_EVERY).isZero();

    train(folder, Disk.sound());
    assertThat(Folder.sums(folder)).as("%s, resumed at step %d", folder, step).isEqualTo(whole);
  }

  private static void train(Path folder, Disk disk) {
    LineTraining.train(BACKEND, FaultyFiles.at(folder, disk), TrainingListener.SILENT);
  }
}

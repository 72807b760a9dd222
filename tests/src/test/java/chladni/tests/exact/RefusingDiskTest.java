package chladni.tests.exact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import chladni.engine.Engine;
import chladni.engine.backend.Backend;
import chladni.engine.backend.BackendOptions;
import chladni.engine.io.FileWriteException;
import chladni.sound2image.training.Checkpoint;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
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
    sound = new Disk();
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

  /** What a power cut can take is what no fsync has followed. */
  @Test
  void nothingIsRenamedBeforeItAndItsLogAreOnTheDisk() {
    Path folder = root.resolve("cautious");
    List<Long> saved = new ArrayList<>();
    Set<Path> loose = new HashSet<>();
    Disk disk =
        new Disk() {
          @Override
          int write(Path file, int length) throws IOException {
            assertThat(loose).as("a rename is safe before %s grows", file).doesNotContain(folder);
            loose.add(file);
            return super.write(file, length);
          }

          @Override
          void fsync(Path file) throws IOException {
            loose.remove(file);
            super.fsync(file);
          }

          @Override
          void rename(Path from, Path to) throws IOException {
            loose.remove(folder);
            assertThat(loose).as("not on the disk when %s gets its name", to).isEmpty();
            loose.add(folder);
            if (to.endsWith(Checkpoint.FILE)) {
              long step = Checkpoint.read(from).step();
              assertThat(folder.resolve("metrics.jsonl")).content().hasLineCount((int) step);
              assertThat(folder.resolve("losses.csv")).content().hasLineCount((int) step + 1);
              saved.add(step);
            }
            super.rename(from, to);
          }
        };
    train(folder, disk);
    assertThat(saved).containsExactly(2L, 4L, 6L);
    assertThat(loose).isEmpty();
    assertThat(Folder.sums(folder)).isEqualTo(whole);
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

    train(folder, new Disk());
    assertThat(Folder.sums(folder)).as("%s, resumed at step %d", folder, step).isEqualTo(whole);
  }

  private static void train(Path folder, Disk disk) {
    LineTraining.train(BACKEND, FaultyFiles.at(folder, disk));
  }
}

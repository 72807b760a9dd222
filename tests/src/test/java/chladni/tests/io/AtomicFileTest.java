package chladni.tests.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import chladni.engine.io.AtomicFile;
import chladni.engine.io.FileWriteException;
import chladni.engine.io.SafeTensors;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AtomicFileTest {
  @TempDir Path folder;
  private Path target;

  @BeforeEach
  void startWithOldContent() throws IOException {
    target = folder.resolve("weights.bin");
    Files.writeString(target, "old");
  }

  @Test
  void replacesTheContentAndLeavesNothingElse() throws IOException {
    AtomicFile.writeString(target, "new");
    assertThat(target).hasContent("new");
    assertThat(entries()).containsExactly(target);
  }

  @Test
  void keepsWhatWasThereBeforeUnderAnotherName() throws IOException {
    Path previous = folder.resolve("previous.bin");
    for (String text : List.of("new", "newer")) {
      AtomicFile.write(
          target, previous, channel -> channel.write(ByteBuffer.wrap(text.getBytes())));
    }
    assertThat(target).hasContent("newer");
    assertThat(previous).hasContent("new");
    assertThat(entries()).containsExactlyInAnyOrder(target, previous);
  }

  @Test
  void leftoversOfOneFileGoAlone() throws IOException {
    Path other = folder.resolve(".weights.bin2.x.chladni-tmp");
    Files.writeString(other, "of another");
    Files.writeString(folder.resolve(".weights.bin.x.chladni-tmp"), "of ours");
    assertThat(AtomicFile.removeLeftoversOf(target)).isEqualTo(1);
    assertThat(entries()).containsExactlyInAnyOrder(target, other);
  }

  @Test
  void writesThroughASymbolicLink() throws IOException {
    Path link = Files.createSymbolicLink(folder.resolve("latest"), target);
    AtomicFile.writeStream(link, out -> out.write(new byte[] {'n', 'e', 'w'}));
    assertThat(link).isSymbolicLink().hasContent("new");
    assertThat(target).hasContent("new");
  }

  @Test
  void acceptsTheLongestNames() throws IOException {
    Path longest = folder.resolve("x".repeat(255));
    AtomicFile.writeString(longest, "new");
    assertThat(longest).hasContent("new");
    assertThat(entries()).containsExactlyInAnyOrder(longest, target);
  }

  @Test
  void aFullDiskLeavesTheTargetAndNoTemporary() throws IOException {
    Path full = Path.of("/dev/full");
    assumeTrue(Files.isWritable(full), "this system has no /dev/full");
    var e =
        catchThrowableOfType(
            FileWriteException.class,
            () ->
                AtomicFile.write(
                    target,
                    _ -> {
                      try (OutputStream out = Files.newOutputStream(full)) {
                        out.write(1);
                      }
                    }));
    assertThat(e).hasMessageContaining("No space left on device").hasMessageContaining("untouched");
    assertThat(e.targetUntouched()).isTrue();
    assertThat(e.target()).isEqualTo(target);
    assertThat(target).hasContent("old");
    assertThat(entries()).containsExactly(target);
  }

  @Test
  void aFileSystemThatRefusesMoreBytesLeavesTheTarget() throws Exception {
    // 1 MiB of file size allowed, 4 MiB of weights: write(2) itself fails half-way.
    var child = ChildWriter.start("ulimit -f 1024; ", "weights", target);
    assertThat(child).isEqualTo(new ChildWriter.Result(0, "refused true"));
    assertThat(target).hasContent("old");
    assertThat(entries()).containsExactly(target);
  }

  @Test
  void aProcessKilledBeforeTheRenameLeavesTheTarget() throws Exception {
    var child = ChildWriter.start("", "die-before-rename", target);
    assertThat(child.exit()).isEqualTo(9);
    assertThat(target).hasContent("old");
    assertThat(entries()).hasSize(2).filteredOn(AtomicFile::isTemporary).hasSize(1);
    assertThat(AtomicFile.removeLeftovers(folder)).isEqualTo(1);
    assertThat(entries()).containsExactly(target);
  }

  @Test
  void aFailingContentLeavesTheTargetWhateverItThrows() throws IOException {
    var e =
        catchThrowableOfType(
            IllegalStateException.class,
            () ->
                AtomicFile.write(
                    target,
                    _ -> {
                      throw new IllegalStateException("bug");
                    }));
    assertThat(e).hasMessage("bug");
    assertThat(target).hasContent("old");
    assertThat(entries()).containsExactly(target);
  }

  @Test
  void missingFoldersAndFoldersAreRefused() {
    for (Path bad : List.of(folder.resolve("no/such/file"), folder)) {
      var e =
          catchThrowableOfType(
              FileWriteException.class, () -> AtomicFile.writeString(bad, "content"));
      assertThat(e).as("%s", bad).hasMessageStartingWith(bad + ": cannot be written (");
    }
  }

  @Test
  void aFileReplacedWhileOpenIsReadAsItWas() throws IOException {
    Path file = folder.resolve("w.safetensors");
    SafeTensorsTest.writeOne(file, 1, 2);
    try (var opened = SafeTensors.read(file)) {
      SafeTensorsTest.writeOne(file, 3, 4);
      assertThat(opened.floats("w")).containsExactly(1, 2);
    }
  }

  private List<Path> entries() throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.toList();
    }
  }
}

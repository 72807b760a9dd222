package chladni.tests.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chladni.engine.io.BadFileException;
import chladni.sound2image.dataset.PairFolder;
import chladni.sound2image.dataset.PairFolder.Direction;
import chladni.sound2image.dataset.PairFolder.Options;
import chladni.sound2image.media.MediaException;
import chladni.sound2image.media.Picture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PairFolderTest {
  private static final int SIDE = 8;
  private static final long MUCH = 1 << 20;

  @TempDir Path folder;

  @Test
  void theLeftHalfIsASourceAndTheRightItsTarget() {
    pair("one.png", 0, 255);
    Pair pair = read(open(options(false, Direction.A_TO_B)), 0, 1);
    assertThat(pair.source()).containsOnly(-1f);
    assertThat(pair.target()).containsOnly(1f);
    Pair turned = read(open(options(false, Direction.B_TO_A)), 0, 1);
    assertThat(turned.source()).containsOnly(1f);
    assertThat(turned.target()).containsOnly(-1f);
  }

  @Test
  void cropAndFlipAreSharedByBothHalves() {
    // Both halves hold the same picture, so shared crops and flips give equal tensors.
    gradient("g.png");
    PairFolder pairs = open(options(true, Direction.A_TO_B));
    Set<Float> corners = new HashSet<>();
    boolean flipped = false;
    boolean straight = false;
    for (long step = 1; step <= 40; step++) {
      Pair pair = read(pairs, 0, step);
      assertThat(pair.source()).containsExactly(pair.target());
      corners.add(pair.source()[0]);
      boolean falling = pair.source()[0] > pair.source()[SIDE - 1];
      flipped |= falling;
      straight |= !falling;
    }
    assertThat(corners).hasSizeGreaterThan(2);
    assertThat(flipped).isTrue();
    assertThat(straight).isTrue();
  }

  @Test
  void withoutFlipsNothingIsMirrored() {
    gradient("g.png");
    PairFolder pairs = open(options(false, Direction.A_TO_B));
    for (long step = 1; step <= 40; step++) {
      float[] row = read(pairs, 0, step).source();
      assertThat(row[0]).isLessThan(row[SIDE - 1]);
    }
  }

  @Test
  void aStepSeesTheSameWhetherPicturesAreKeptOrNot() {
    gradient("g.png");
    pair("h.png", 10, 200);
    PairFolder kept = open(options(true, Direction.A_TO_B));
    PairFolder decoded = PairFolder.open(folder, options(true, Direction.A_TO_B), 0);
    assertThat(kept.cached()).isTrue();
    assertThat(decoded.cached()).isFalse();
    for (long step = 12; step >= 1; step--) {
      Pair a = read(kept, (int) (step % 2), step);
      Pair b = read(decoded, (int) (step % 2), step);
      assertThat(a.source()).containsExactly(b.source());
      assertThat(a.target()).containsExactly(b.target());
    }
  }

  @Test
  void theSizesAreThoseOfPix2pix() {
    assertThat(Options.of(256, true, Direction.A_TO_B, 1).loadSide()).isEqualTo(286);
    assertThat(Options.of(128, true, Direction.A_TO_B, 1).loadSide()).isEqualTo(143);
  }

  @Test
  void dataAreToldApart() {
    gradient("g.png");
    String one = open(options(true, Direction.A_TO_B)).fingerprint();
    assertThat(open(options(true, Direction.A_TO_B)).fingerprint()).isEqualTo(one);
    pair("h.png", 10, 200);
    assertThat(open(options(true, Direction.A_TO_B)).fingerprint()).isNotEqualTo(one);
  }

  @Test
  void whatIsNoPictureIsNamed() throws IOException {
    assertThatThrownBy(() -> open(options(true, Direction.A_TO_B)))
        .isInstanceOf(BadFileException.class)
        .hasMessageContaining("there is no picture");
    Files.writeString(folder.resolve("broken.png"), "no picture at all");
    PairFolder pairs = open(options(true, Direction.A_TO_B));
    assertThatThrownBy(() -> read(pairs, 0, 1))
        .isInstanceOf(MediaException.class)
        .hasMessageContaining("broken.png");
  }

  private record Pair(float[] source, float[] target) {}

  private static Pair read(PairFolder pairs, int item, long step) {
    Pair pair = new Pair(new float[3 * SIDE * SIDE], new float[3 * SIDE * SIDE]);
    pairs.write(item, step, pair.source(), 0, pair.target(), 0);
    return pair;
  }

  private PairFolder open(Options options) {
    return PairFolder.open(folder, options, MUCH);
  }

  private static Options options(boolean flip, Direction direction) {
    return new Options(SIDE, 12, flip, direction, 6);
  }

  private void pair(String name, int a, int b) {
    write(name, (x, _) -> x < 12 ? a : b);
  }

  private void gradient(String name) {
    write(name, (x, y) -> 10 * (x % 12) + 7 * y);
  }

  private interface Level {
    int at(int x, int y);
  }

  private void write(String name, Level level) {
    byte[] rgb = new byte[3 * 24 * 12];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) level.at(i / 3 % 24, i / 72);
    }
    new Picture(24, 12, rgb).writePng(folder.resolve(name));
  }
}

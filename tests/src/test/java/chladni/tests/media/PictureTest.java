package chladni.tests.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chladni.sound2image.media.Filter;
import chladni.sound2image.media.MediaException;
import chladni.sound2image.media.Picture;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PictureTest {
  /** Channel c of pixel (x, y) is 31 x + 57 y + 89 c + x y modulo 256. */
  private static Picture pattern(int width, int height) {
    byte[] rgb = new byte[3 * width * height];
    for (int y = 0, at = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        for (int c = 0; c < 3; c++) {
          rgb[at++] = (byte) (31 * x + 57 * y + 89 * c + x * y);
        }
      }
    }
    return new Picture(width, height, rgb);
  }

  // Checksums of Pillow 9.4's Image.resize of the same pattern.
  @ParameterizedTest
  @CsvSource({
    "7, 5, 3, 4, BILINEAR, 1148191050",
    "7, 5, 3, 4, BICUBIC, 1681535737",
    "5, 4, 9, 7, BILINEAR, 3915338838",
    "5, 4, 9, 7, BICUBIC, 1960577299",
    "31, 33, 7, 8, BILINEAR, 921839818",
    "31, 33, 7, 8, BICUBIC, 590863181",
    "143, 97, 128, 128, BILINEAR, 2930898120",
    "143, 97, 128, 128, BICUBIC, 1504310497",
  })
  void resizesToTheBytesThatPillowGives(
      int width, int height, int toWidth, int toHeight, Filter filter, long checksum) {
    CRC32 crc = new CRC32();
    crc.update(pattern(width, height).resize(toWidth, toHeight, filter).rgb());
    assertThat(crc.getValue()).isEqualTo(checksum);
  }

  @Test
  void resizingToTheSameSizeGivesACopy() {
    Picture picture = pattern(7, 5);
    Picture same = picture.resize(7, 5, Filter.BICUBIC);
    assertThat(same.rgb()).isEqualTo(picture.rgb()).isNotSameAs(picture.rgb());
  }

  @Test
  void shortSideAndCentreFollowTorchvision() {
    assertThat(pattern(100, 75).resizeShortSide(32, Filter.BILINEAR))
        .satisfies(p -> assertThat(p.width()).isEqualTo(42))
        .satisfies(p -> assertThat(p.height()).isEqualTo(32));
    // (7 - 4) / 2 = 1.5 rounds to the even 2, (5 - 4) / 2 = 0.5 to 0.
    Picture picture = pattern(7, 5);
    Picture centre = picture.centreCrop(4, 4);
    assertThat(centre.at(0, 0, 1)).isEqualTo(picture.at(2, 0, 1));
    assertThat(centre.at(3, 3, 2)).isEqualTo(picture.at(5, 3, 2));
  }

  @Test
  void turnsClockwiseAndFlips() {
    Picture picture = pattern(3, 2);
    Picture turned = picture.turn(1);
    assertThat(turned.width()).isEqualTo(2);
    assertThat(turned.at(1, 0, 0)).isEqualTo(picture.at(0, 0, 0));
    assertThat(turned.at(0, 2, 0)).isEqualTo(picture.at(2, 1, 0));
    assertThat(turned.turn(-1).rgb()).isEqualTo(picture.rgb());
    assertThat(picture.turn(2).turn(2).rgb()).isEqualTo(picture.rgb());
    assertThat(picture.turn(3).rgb()).isEqualTo(turned.turn(2).rgb());
    assertThat(picture.flip().at(2, 1, 1)).isEqualTo(picture.at(0, 1, 1));
  }

  @Test
  void survivesPngAndBufferedImages(@TempDir Path folder) {
    Picture picture = pattern(13, 9);
    Path file = folder.resolve("p.png");
    picture.writePng(file);
    assertThat(Picture.read(file, 1000).rgb()).isEqualTo(picture.rgb());
    assertThat(Picture.fromBufferedImage(picture.toBufferedImage()).rgb())
        .isEqualTo(picture.rgb());
  }

  @Test
  void refusesWhatIsNoPictureOrTooLarge(@TempDir Path folder) throws IOException {
    Path text = Files.writeString(folder.resolve("a.png"), "no picture");
    assertReason(text, 1000, MediaException.Reason.NO_PICTURE);
    assertReason(folder.resolve("missing.png"), 1000, MediaException.Reason.MISSING);
    Path large = folder.resolve("large.png");
    pattern(100, 50).writePng(large);
    assertReason(large, 4999, MediaException.Reason.TOO_LARGE);
    byte[] cut = Files.readAllBytes(large);
    Path broken = Files.write(folder.resolve("cut.png"), Arrays.copyOf(cut, 60));
    assertReason(broken, 5000, MediaException.Reason.CORRUPT);
  }

  @Test
  void readsGreyPictures(@TempDir Path folder) throws IOException {
    BufferedImage grey = new BufferedImage(4, 3, BufferedImage.TYPE_BYTE_GRAY);
    grey.getRaster().setSample(2, 1, 0, 255);
    Path file = folder.resolve("grey.png");
    ImageIO.write(grey, "png", file.toFile());
    Picture picture = Picture.read(file, 100);
    assertThat(picture.at(2, 1, 0)).isEqualTo(255);
    assertThat(picture.at(1, 1, 2)).isZero();
  }

  @Test
  void checksSidesBytesAndCoordinates() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Picture(2, 2, new byte[11]))
        .withMessageContaining("2 x 2 pixels need 12 bytes, got 11");
    assertThatIllegalArgumentException().isThrownBy(() -> new Picture(0, 2, new byte[0]));
    assertThatIllegalArgumentException().isThrownBy(() -> pattern(4, 4).crop(2, 0, 3, 4));
    assertThatThrownBy(() -> pattern(4, 4).at(4, 0, 0))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  private static void assertReason(Path file, long maxPixels, MediaException.Reason reason) {
    assertThatThrownBy(() -> Picture.read(file, maxPixels))
        .isInstanceOfSatisfying(
            MediaException.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }
}

package chladni.sound2image.media;

import chladni.engine.io.AtomicFile;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * An RGB picture of 8 bits per channel.
 *
 * @param width in pixels
 * @param height in pixels
 * @param rgb interleaved and row by row: red of (x, y) is at 3 · (y · width + x); owned by the
 *     caller, compared by identity
 */
public record Picture(int width, int height, byte[] rgb) {
  /** Longest side. */
  public static final int MAX_SIDE = 16_384;

  private static final int CHANNELS = 3;

  public Picture {
    requireSides(width, height);
    if (rgb.length != CHANNELS * width * height) {
      throw new IllegalArgumentException(
          "picture: %d x %d pixels need %d bytes, got %d. Give RGB, one byte per channel."
              .formatted(width, height, CHANNELS * width * height, rgb.length));
    }
  }

  /** Value 0 to 255 of channel 0 (red), 1 (green) or 2 (blue). */
  public int at(int x, int y, int channel) {
    if (x < 0 || x >= width || y < 0 || y >= height || channel < 0 || channel >= CHANNELS) {
      throw new IndexOutOfBoundsException(
          "picture: (%d, %d) channel %d is outside %d x %d x 3. Check the coordinates."
              .formatted(x, y, channel, width, height));
    }
    return rgb[CHANNELS * (y * width + x) + channel] & 0xff;
  }

  /** Resized as Pillow does, with antialiasing. */
  public Picture resize(int toWidth, int toHeight, Filter filter) {
    requireSides(toWidth, toHeight);
    return new Picture(
        toWidth, toHeight, Resampling.resize(rgb, width, height, toWidth, toHeight, filter));
  }

  /** The short side becomes {@code side}, the long one follows (torchvision's Resize(int)). */
  public Picture resizeShortSide(int side, Filter filter) {
    int longer = (int) ((long) side * Math.max(width, height) / Math.min(width, height));
    return width <= height ? resize(side, longer, filter) : resize(longer, side, filter);
  }

  /** The rectangle whose upper left corner is (x, y). */
  public Picture crop(int x, int y, int cropWidth, int cropHeight) {
    requireSides(cropWidth, cropHeight);
    if (x < 0 || y < 0 || x > width - cropWidth || y > height - cropHeight) {
      throw new IllegalArgumentException(
          "picture: crop %d x %d at (%d, %d) must lie in %d x %d. Resize the picture first."
              .formatted(cropWidth, cropHeight, x, y, width, height));
    }
    byte[] cropped = new byte[CHANNELS * cropWidth * cropHeight];
    int row = CHANNELS * cropWidth;
    for (int line = 0; line < cropHeight; line++) {
      System.arraycopy(rgb, CHANNELS * ((y + line) * width + x), cropped, line * row, row);
    }
    return new Picture(cropWidth, cropHeight, cropped);
  }

  /** The middle, halves rounded to even as torchvision's CenterCrop rounds them. */
  public Picture centreCrop(int cropWidth, int cropHeight) {
    return crop(
        (int) Math.rint((width - cropWidth) / 2.0),
        (int) Math.rint((height - cropHeight) / 2.0),
        cropWidth,
        cropHeight);
  }

  /** The square of side {@code side} in the middle of {@link #resizeShortSide}. */
  public Picture centreSquare(int side, Filter filter) {
    return resizeShortSide(side, filter).centreCrop(side, side);
  }

  /** Left and right exchanged. */
  public Picture flip() {
    return mapped(width, height, (x, y) -> y * width + (width - 1 - x));
  }

  /** Turned clockwise by a number of right angles; negative numbers turn back. */
  public Picture turn(int rightAngles) {
    return switch (Math.floorMod(rightAngles, 4)) {
      case 1 -> mapped(height, width, (x, y) -> (height - 1 - x) * width + y);
      case 2 -> mapped(width, height, (x, y) -> (height - 1 - y) * width + (width - 1 - x));
      case 3 -> mapped(height, width, (x, y) -> x * width + (width - 1 - y));
      default -> this;
    };
  }

  /** Where pixel (x, y) of the result comes from. */
  private interface Source {
    int pixel(int x, int y);
  }

  private Picture mapped(int toWidth, int toHeight, Source source) {
    byte[] moved = new byte[rgb.length];
    for (int y = 0, at = 0; y < toHeight; y++) {
      for (int x = 0; x < toWidth; x++, at += CHANNELS) {
        System.arraycopy(rgb, CHANNELS * source.pixel(x, y), moved, at, CHANNELS);
      }
    }
    return new Picture(toWidth, toHeight, moved);
  }

  /** A copy for Java2D, of type 3BYTE_BGR. */
  public BufferedImage toBufferedImage() {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_3BYTE_BGR);
    byte[] bgr = ((DataBufferByte) image.getRaster().getDataBuffer()).getData();
    for (int i = 0; i < rgb.length; i += CHANNELS) {
      bgr[i] = rgb[i + 2];
      bgr[i + 1] = rgb[i + 1];
      bgr[i + 2] = rgb[i];
    }
    return image;
  }

  /** A copy of an image of any type; transparency is dropped, not blended. */
  public static Picture fromBufferedImage(BufferedImage image) {
    int width = image.getWidth();
    int height = image.getHeight();
    requireSides(width, height);
    byte[] rgb = new byte[CHANNELS * width * height];
    int[] row = new int[width];
    for (int y = 0, at = 0; y < height; y++) {
      image.getRGB(0, y, width, 1, row, 0, width);
      for (int pixel : row) {
        rgb[at++] = (byte) (pixel >> 16);
        rgb[at++] = (byte) (pixel >> 8);
        rgb[at++] = (byte) pixel;
      }
    }
    return new Picture(width, height, rgb);
  }

  /** A PNG file. */
  public byte[] toPng() {
    ByteArrayOutputStream png = new ByteArrayOutputStream(1 << 14);
    try {
      if (!ImageIO.write(toBufferedImage(), "png", png)) {
        throw new IllegalStateException(
            "picture: this JDK has no PNG writer. Run on a JDK with the java.desktop module.");
      }
    } catch (IOException e) {
      throw new UncheckedIOException("a PNG written to memory cannot fail", e);
    }
    return png.toByteArray();
  }

  /** Writes {@link #toPng()} whole or not at all. */
  public void writePng(Path file) {
    AtomicFile.writeStream(file, out -> out.write(toPng()));
  }

  /**
   * Reads a picture file (PNG, JPEG, BMP or GIF, by content). Its declared size is checked before
   * anything is decoded.
   *
   * @throws MediaException if the file is missing, no picture, too large or damaged
   */
  public static Picture read(Path file, long maxPixels) {
    if (!Files.isRegularFile(file)) {
      throw new MediaException(file, MediaException.Reason.MISSING, "is not a readable file");
    }
    try (ImageInputStream stream =
        new MemoryCacheImageInputStream(Files.newInputStream(file))) {
      Iterator<ImageReader> readers = ImageIO.getImageReaders(stream);
      if (!readers.hasNext()) {
        throw new MediaException(
            file, MediaException.Reason.NO_PICTURE, "is neither PNG, JPEG, BMP nor GIF");
      }
      ImageReader reader = readers.next();
      try {
        reader.setInput(stream, true, true);
        int width = reader.getWidth(0);
        int height = reader.getHeight(0);
        if (Math.max(width, height) > MAX_SIDE || (long) width * height > maxPixels) {
          throw new MediaException(
              file,
              MediaException.Reason.TOO_LARGE,
              "%d x %d is more than %d pixels".formatted(width, height, maxPixels));
        }
        return fromBufferedImage(reader.read(0));
      } finally {
        reader.dispose();
      }
    } catch (IOException | RuntimeException e) {
      if (e instanceof MediaException known) {
        throw known;
      }
      // Image readers throw IndexOutOfBounds and the like at damaged files.
      throw new MediaException(
          file, MediaException.Reason.CORRUPT, "could not be decoded, " + e.getMessage(), e);
    }
  }

  private static void requireSides(int width, int height) {
    if (width < 1 || height < 1 || width > MAX_SIDE || height > MAX_SIDE) {
      throw new IllegalArgumentException(
          "picture: sides must lie in [1, %d], got %d x %d. Check the order of width and height."
              .formatted(MAX_SIDE, width, height));
    }
    if ((long) CHANNELS * width * height > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          "picture: 3 x %d x %d bytes exceed an array. Work on a smaller picture."
              .formatted(width, height));
    }
  }
}

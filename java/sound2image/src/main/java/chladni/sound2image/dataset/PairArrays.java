package chladni.sound2image.dataset;

import chladni.engine.io.BadFileException;
import chladni.engine.io.Npy;
import chladni.engine.io.NpyArray;
import java.nio.file.Path;
import java.util.Arrays;

/** Pairs of two npy arrays (N, C, side, side), taken as they are: no crop, no flip, no scaling. */
public final class PairArrays implements Pairs {
  private final NpyArray source;
  private final NpyArray target;
  private final int side;
  private final String fingerprint;

  private PairArrays(NpyArray source, NpyArray target, int side) {
    this.source = source;
    this.target = target;
    this.side = side;
    this.fingerprint =
        new Fingerprint()
            .add(Arrays.toString(source.shape()))
            .add(source.values())
            .add(Arrays.toString(target.shape()))
            .add(target.values())
            .toString();
  }

  /**
   * Reads both arrays.
   *
   * @param side the height and width that the network takes
   * @throws BadFileException when one cannot be read, is not (N, C, side, side), or their N differ
   */
  public static PairArrays read(Path source, Path target, int side) {
    NpyArray s = read(source, side);
    NpyArray t = read(target, side);
    if (s.shape()[0] != t.shape()[0]) {
      throw new BadFileException(
          target,
          "it must hold as many items as %s, got %d and %d"
              .formatted(source, t.shape()[0], s.shape()[0]),
          "Write both arrays from one list of pairs.");
    }
    return new PairArrays(s, t, side);
  }

  private static NpyArray read(Path file, int side) {
    NpyArray array = Npy.read(file);
    long[] shape = array.shape();
    if (shape.length != 4 || shape[0] < 1 || shape[1] < 1 || shape[2] != side || shape[3] != side) {
      throw new BadFileException(
          file,
          "the array must be (N, C, %d, %d), got %s".formatted(side, side, Arrays.toString(shape)),
          "Resize it, or choose the --net of its size.");
    }
    return array;
  }

  @Override
  public int size() {
    return (int) source.shape()[0];
  }

  @Override
  public int side() {
    return side;
  }

  @Override
  public int sourceChannels() {
    return (int) source.shape()[1];
  }

  @Override
  public int targetChannels() {
    return (int) target.shape()[1];
  }

  @Override
  public String fingerprint() {
    return fingerprint;
  }

  @Override
  public Part part(int item, long step) {
    return new Part(0, 0, false);
  }

  @Override
  public void write(
      int item, long step, float[] source, int sourceAt, float[] target, int targetAt) {
    writeWhole(item, source, sourceAt, target, targetAt);
  }

  @Override
  public int wholeSide() {
    return side;
  }

  @Override
  public void writeWhole(int item, float[] source, int sourceAt, float[] target, int targetAt) {
    copy(this.source, item, source, sourceAt);
    copy(this.target, item, target, targetAt);
  }

  private static void copy(NpyArray from, int item, float[] dst, int at) {
    int width = from.values().length / (int) from.shape()[0];
    System.arraycopy(from.values(), item * width, dst, at, width);
  }
}

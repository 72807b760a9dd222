package chladni.sound2image.dataset;

/** Pairs of tensors that a conditional GAN learns from: pictures of a folder, or two arrays. */
public sealed interface Pairs permits PairFolder, PairArrays {
  /** The number of pairs. */
  int size();

  /** Height and width of both sides. */
  int side();

  int sourceChannels();

  int targetChannels();

  /** What identifies the data, so that a resumed run can tell whether it sees the same. */
  String fingerprint();

  /**
   * The part of a pair that a step takes, on both sides; a function of its arguments and the data
   * alone.
   *
   * @param step counted from 1; decides crops and flips where there are any
   */
  Part part(int item, long step);

  /** Writes that part, (channels, side, side) each, in [-1, 1]. */
  void write(int item, long step, float[] source, int sourceAt, float[] target, int targetAt);

  /** Height and width of the whole, of which parts are taken. */
  int wholeSide();

  /** Writes a whole pair, (channels, wholeSide, wholeSide) each, in [-1, 1]. */
  void writeWhole(int item, float[] source, int sourceAt, float[] target, int targetAt);

  /**
   * A square of {@link #side}.
   *
   * @param x of its left edge in the whole
   * @param y of its upper edge
   * @param mirrored whether left and right change places
   */
  record Part(int x, int y, boolean mirrored) {}
}

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
   * Writes one pair, (channels, side, side) each, in [-1, 1]; a function of its arguments and the
   * data alone.
   *
   * @param step counted from 1; decides crops and flips where there are any
   */
  void write(int item, long step, float[] source, int sourceAt, float[] target, int targetAt);
}

package chladni.sound2image.training;

import chladni.engine.nn.Philox;

/**
 * Which items a step takes: epochs one after the other, each in an order of its own, cut into
 * batches without regard to where one ends. A function of seed and step alone.
 */
public final class DataOrder {
  private final int size;
  private final int batch;
  private final long seed;
  private final boolean serial;
  private final int[] order;
  private long epoch = -1;

  /**
   * @param serial every epoch in the order of the data
   */
  public DataOrder(int size, int batch, long seed, boolean serial) {
    if (size < 1 || batch < 1) {
      throw new IllegalArgumentException(
          "data order: size and batch must be at least 1, got %d and %d.".formatted(size, batch));
    }
    this.size = size;
    this.batch = batch;
    this.seed = seed;
    this.serial = serial;
    this.order = new int[size];
  }

  /** The items of a step counted from 1. */
  public int[] items(long step) {
    int[] items = new int[batch];
    for (int i = 0; i < batch; i++) {
      long position = (step - 1) * batch + i;
      if (position / size != epoch) {
        shuffle(position / size);
      }
      items[i] = order[(int) (position % size)];
    }
    return items;
  }

  private void shuffle(long newEpoch) {
    epoch = newEpoch;
    for (int i = 0; i < size; i++) {
      order[i] = i;
    }
    if (serial) {
      return;
    }
    int[] words = new int[4];
    for (int i = size - 1; i > 0; i--) {
      Philox.block(
          i, (int) epoch, (int) (epoch >>> 32), 0x0DA7A, (int) seed, (int) (seed >>> 32), words);
      long random = Integer.toUnsignedLong(words[0]) << 31 ^ Integer.toUnsignedLong(words[1]);
      int j = (int) Long.remainderUnsigned(random, i + 1);
      int swapped = order[i];
      order[i] = order[j];
      order[j] = swapped;
    }
  }
}

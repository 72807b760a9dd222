package chladni.engine.nn;

import chladni.engine.graph.Node;

/**
 * How a network is built: what batch normalisation takes its statistics from and whether dropout is
 * active.
 *
 * @param batchStatistics statistics of the batch rather than the running ones
 * @param updateRunning whether the running statistics move
 * @param groups consecutive parts of the batch that have statistics of their own
 * @param dropout where dropout's randomness comes from; null turns dropout off
 */
public record Mode(boolean batchStatistics, boolean updateRunning, int groups, Randomness dropout) {
  /** Running statistics, no dropout: PyTorch's eval(). */
  public static final Mode EVAL = new Mode(false, false, 1, null);

  /** Batch statistics that move the running ones, with dropout: PyTorch's train(). */
  public static Mode train(Randomness dropout) {
    return new Mode(true, true, 1, dropout);
  }

  /** This mode with so many statistic groups. */
  public Mode withGroups(int n) {
    return new Mode(batchStatistics, updateRunning, n, dropout);
  }

  /**
   * Where dropout masks come from.
   *
   * @param counter an INT32 scalar that differs from step to step
   * @param seed the key of the generator; each layer adds a stream of its own
   */
  public record Randomness(Node counter, long seed) {}
}

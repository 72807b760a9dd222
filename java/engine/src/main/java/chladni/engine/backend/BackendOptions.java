package chladni.engine.backend;

/**
 * What a backend may use.
 *
 * @param threads compute threads, at most {@value #MAX_THREADS}; 0 means as many as the process may
 *     use (cgroup limits included)
 * @param tune whether a backend that has several implementations of a step, of which none is always
 *     the fastest, shall time them when it compiles: seconds to minutes for a network that is new to
 *     this machine, nothing for one that is not, since what it finds is kept. Else it takes the first
 *     in an order that its library gives. The cuda backend does so for convolutions. The others
 *     ignore it: oneDNN chooses for the cpu backend, and the reference has one implementation of
 *     each. Results of two implementations may differ in their last bits
 */
public record BackendOptions(int threads, boolean tune) {
  public static final BackendOptions DEFAULT = new BackendOptions(0);

  /** More than any machine that this runs on has: a larger number is a slip. */
  public static final int MAX_THREADS = 1024;

  public BackendOptions {
    if (threads < 0 || threads > MAX_THREADS) {
      throw new ProgramException(
          "backend options: threads must be 0 (all available) to %d, got %d. Leave it at 0 if unsure."
              .formatted(MAX_THREADS, threads));
    }
  }

  /** Without tuning. */
  public BackendOptions(int threads) {
    this(threads, false);
  }

  /** The same with tuning, or without. */
  public BackendOptions withTune(boolean tune) {
    return new BackendOptions(threads, tune);
  }

  /** The number of threads after resolving 0. */
  public int resolvedThreads() {
    return threads > 0 ? threads : Runtime.getRuntime().availableProcessors();
  }
}

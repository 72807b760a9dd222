package chladni.engine.backend;

/**
 * What a backend may use.
 *
 * @param threads compute threads, at most {@value #MAX_THREADS}; 0 means as many as the process may
 *     use (cgroup limits included)
 */
public record BackendOptions(int threads) {
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

  /** The number of threads after resolving 0. */
  public int resolvedThreads() {
    return threads > 0 ? threads : Runtime.getRuntime().availableProcessors();
  }
}

package chladni.engine.backend;

/**
 * What a backend may use.
 *
 * @param threads compute threads; 0 means as many as the process may use (cgroup limits included)
 */
public record BackendOptions(int threads) {
  public static final BackendOptions DEFAULT = new BackendOptions(0);

  public BackendOptions {
    if (threads < 0) {
      throw new ProgramException(
          "backend options: threads must be 0 (all available) or more, got %d.".formatted(threads));
    }
  }

  /** The number of threads after resolving 0. */
  public int resolvedThreads() {
    return threads > 0 ? threads : Runtime.getRuntime().availableProcessors();
  }
}

package chladni.app.report;

/**
 * A mono sound.
 *
 * @param sampleRate in Hz
 * @param samples at least one; full scale is ±1, what lies beyond is clipped
 */
public record Sound(int sampleRate, float[] samples) {
  /** Checks that there is something to play. */
  public Sound {
    if (sampleRate < 1 || samples.length == 0) {
      throw new IllegalArgumentException(
          "report sound: rate and number of samples must be positive, got %d Hz and %d."
              .formatted(sampleRate, samples.length));
    }
  }
}

package chladni.app.demo;

/**
 * The sound of a class. The pair of bands, the source and the envelope name the class; what the
 * attributes move leaves them recognisable.
 *
 * @param source what vibrates
 * @param low index of the lower emphasised band in {@link #BANDS}
 * @param high index of the upper emphasised band
 * @param envelope course of one event
 * @param glide course of the pitch within one event
 */
record Timbre(Source source, int low, int high, Envelope envelope, Glide glide) {

  /** Centres of the bands in Hz before the register; neighbours lie 0.85 octaves apart. */
  private static final double[] BANDS = {300, 540, 970, 1750, 3150, 5600};

  double lowBand() {
    return source.register() * BANDS[low];
  }

  double highBand() {
    return source.register() * BANDS[high];
  }

  enum Source {
    /** All harmonics: a voice or a horn. */
    VOICE(1),
    /** Two harmonic series in the ratio of the square root of two: struck metal. */
    BELL(1.2),
    /** All harmonics, chopped 38 times a second: a motor or an insect. */
    BUZZ(0.83),
    /** Two bands of noise: weather, water, fire. */
    NOISE(1);

    private final double register;

    Source(double register) {
      this.register = register;
    }

    /**
     * What moves the bands a quarter of an octave, so that sources with equal bands differ more.
     */
    double register() {
      return register;
    }
  }

  enum Envelope {
    /** Sharp attack, exponential decay. */
    PLUCK,
    /** Slow rise and fall. */
    SWELL,
    /** On, then off. */
    GATE,
    /** Two strokes close together, then a rest. */
    DOUBLE,
    /** Slow rise, cut off. */
    RAMP
  }

  enum Glide {
    LEVEL,
    UP,
    DOWN,
    VIBRATO
  }
}

package chladni.app.demo;

/**
 * The sound of a class. The pair of bands, the source and the envelope name the class; what the
 * attributes move leaves them recognisable.
 *
 * @param source what vibrates
 * @param low index of the lower emphasised band in {@link #BANDS}
 * @param high index of the upper emphasised band
 * @param envelope course of one event
 * @param rate events per second at rhythm 0.5
 * @param fundamental in Hz at pitch 0.5
 * @param glide course of the pitch within one event
 */
record Timbre(
    Source source,
    int low,
    int high,
    Envelope envelope,
    double rate,
    double fundamental,
    Glide glide) {

  /** Centres of the bands in Hz; neighbours lie 0.85 octaves apart. */
  private static final double[] BANDS = {300, 540, 970, 1750, 3150, 5600};

  double lowBand() {
    return BANDS[low];
  }

  double highBand() {
    return BANDS[high];
  }

  enum Source {
    /** All harmonics: a voice or a horn. */
    VOICE,
    /** Two harmonic series in the ratio of the square root of two: struck metal. */
    BELL,
    /** Odd harmonics, chopped 38 times a second: a motor or an insect. */
    BUZZ,
    /** Two bands of noise over a quiet hum at the fundamental: weather, water, fire. */
    NOISE
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

package chladni.app.demo;

import java.util.SplittableRandom;

/**
 * Synthesises the sound of a scene: five seconds, mono, 22,050 Hz. A period of the tone is summed
 * once into a table and read at the current pitch; envelope and pitch move every 32 samples.
 */
public final class SoundSynth {
  /** Samples per second. */
  public static final int SAMPLE_RATE = 22_050;

  /** Length of every sound. */
  public static final int SECONDS = 5;

  /** Samples of every sound. */
  public static final int SAMPLES = SAMPLE_RATE * SECONDS;

  private static final int TABLE = 2048;
  private static final int BLOCK = 32;
  private static final double TOP = 9_000;

  /** Half width of an emphasised band of a tone, in octaves. */
  private static final double BAND_WIDTH = 0.2;

  /** How far the bands follow one octave of pitch, in octaves. */
  private static final double BAND_SHIFT = 0.15;

  /** Level of upper against lower band from brightness 0 to 1. */
  private static final double BRIGHTNESS_DB = 8;

  /** Air: a band of noise above all bands of the classes, whose level is the brightness. */
  private static final double AIR_HZ = 8_600;

  private static final double QUIETEST_AIR = 0.05;
  private static final double AIR_DB = 25;

  /**
   * Drone, ticks and air are those of every class, so that attributes can be learnt across them.
   */
  private static final double FUNDAMENTAL = 95;

  private static final double PITCH_OCTAVES = 1.6;
  private static final double EVENTS_PER_SECOND = 2.3;
  private static final double RHYTHM_OCTAVES = 1.5;
  private static final double TICK = 1.5;
  private static final double TICK_SECONDS = 0.004;

  private static final double QUIETEST_RMS = 0.05;
  private static final double LOUDNESS_DB = 9;
  private static final double CHOP_HZ = 38;
  private static final double DRONE = 0.6;
  private static final float[] SINE = sine();
  private static final float[] DRONE_TABLE = drone();

  private SoundSynth() {}

  /** The sound of a scene: {@link #SAMPLES} values in [-1, 1]. */
  public static float[] render(Scene scene) {
    Timbre timbre = Catalogue.get(scene.classId()).timbre();
    SplittableRandom random = new SplittableRandom(scene.seed() ^ 0x50756e64L);
    double octaves = PITCH_OCTAVES * (scene.pitch() - 0.5);
    double fundamental = FUNDAMENTAL * exp2(octaves);
    double shift = exp2(BAND_SHIFT * octaves);
    double tilt = BRIGHTNESS_DB * (scene.brightness() - 0.5) / 2;
    Bands bands =
        new Bands(
            timbre.lowBand() * shift, timbre.highBand() * shift, decibels(-tilt), decibels(tilt));
    float[] samples = new float[SAMPLES];
    switch (timbre.source()) {
      case VOICE, BUZZ ->
          tone(samples, timbre.glide(), fundamental, table(bands, fundamental), random);
      case BELL -> {
        double second = fundamental * StrictMath.sqrt(2);
        tone(samples, timbre.glide(), fundamental, table(bands, fundamental), random);
        tone(samples, timbre.glide(), second, table(bands, second), random);
      }
      case NOISE -> {
        noise(samples, bands.low, bands.lowGain, random);
        noise(samples, bands.high, bands.highGain, random);
      }
    }
    double rate = EVENTS_PER_SECOND * exp2(RHYTHM_OCTAVES * (scene.rhythm() - 0.5));
    double start = random.nextDouble();
    shape(samples, timbre, rate, start);
    ticks(samples, rate, start, random);
    tone(samples, Timbre.Glide.LEVEL, 2 * fundamental, DRONE_TABLE, random);
    noise(samples, AIR_HZ, QUIETEST_AIR * decibels(AIR_DB * scene.brightness()), random);
    level(samples, QUIETEST_RMS * decibels(LOUDNESS_DB * scene.loudness()));
    return samples;
  }

  /** Centres in Hz and amplitudes of the two emphasised bands. */
  private record Bands(double low, double high, double lowGain, double highGain) {}

  /** Adds a tone that reads the table at the fundamental, moved by the glide of a slow cycle. */
  private static void tone(
      float[] samples,
      Timbre.Glide glide,
      double fundamental,
      float[] table,
      SplittableRandom random) {
    double step = fundamental * TABLE / SAMPLE_RATE;
    double phase = random.nextDouble() * TABLE;
    double slow = random.nextDouble();
    for (int start = 0; start < SAMPLES; start += BLOCK) {
      double cycle = slow + (double) start / SAMPLE_RATE * glideRate(glide);
      double blockStep = step * glide(glide, cycle - StrictMath.floor(cycle));
      int end = Math.min(start + BLOCK, SAMPLES);
      for (int i = start; i < end; i++) {
        int index = (int) phase;
        float fraction = (float) (phase - index);
        float here = table[index];
        samples[i] += here + fraction * (table[index + 1] - here);
        phase += blockStep;
        if (phase >= TABLE) {
          phase -= TABLE;
        }
      }
    }
  }

  private static double glideRate(Timbre.Glide glide) {
    return glide == Timbre.Glide.VIBRATO ? 6.5 : 2;
  }

  private static double glide(Timbre.Glide glide, double cycle) {
    return switch (glide) {
      case LEVEL -> 1;
      case UP -> 0.92 + 0.16 * cycle;
      case DOWN -> 1.08 - 0.16 * cycle;
      case VIBRATO -> 1 + 0.05 * SINE[(int) (cycle * TABLE)];
    };
  }

  /**
   * One period of the harmonics in two bands, each band at its own power whatever harmonics fall
   * into it.
   */
  private static float[] table(Bands bands, double fundamental) {
    int harmonics = (int) (TOP / fundamental);
    double[] low = new double[harmonics + 1];
    double[] high = new double[harmonics + 1];
    double lowPower = 0;
    double highPower = 0;
    for (int h = 1; h <= harmonics; h++) {
      low[h] = emphasis(h * fundamental / bands.low);
      high[h] = emphasis(h * fundamental / bands.high);
      lowPower += low[h] * low[h];
      highPower += high[h] * high[h];
    }
    double lowScale = bands.lowGain / StrictMath.sqrt(lowPower);
    double highScale = bands.highGain / StrictMath.sqrt(highPower);
    float[] table = new float[TABLE + 1];
    for (int h = 1; h <= harmonics; h++) {
      double amplitude = low[h] * lowScale + high[h] * highScale;
      if (amplitude > 1e-3) {
        // Quadratic phases (Schroeder 1970) keep the peaks of the sum low.
        int offset = (int) ((long) h * h * TABLE / (2L * harmonics));
        addHarmonic(table, h, offset, (float) amplitude);
      }
    }
    table[TABLE] = table[0];
    return table;
  }

  private static float[] drone() {
    float[] table = new float[TABLE + 1];
    addHarmonic(table, 1, 0, (float) DRONE);
    table[TABLE] = table[0];
    return table;
  }

  private static void addHarmonic(float[] table, int harmonic, int offset, float amplitude) {
    int index = offset;
    for (int i = 0; i < TABLE; i++) {
      table[i] += amplitude * SINE[index & TABLE - 1];
      index += harmonic;
    }
  }

  private static double emphasis(double ratio) {
    double octaves = StrictMath.log(ratio) / StrictMath.log(2) / BAND_WIDTH;
    return StrictMath.exp(-0.5 * octaves * octaves) + 1e-4;
  }

  /** Adds a band of noise with the power of a sine of the given amplitude. */
  private static void noise(
      float[] samples, double centre, double amplitude, SplittableRandom random) {
    Resonator band = new Resonator(centre, amplitude);
    long state = random.nextLong() | 1;
    for (int i = 0; i < SAMPLES; i++) {
      // Xorshift (Marsaglia 2003): hiss needs speed more than quality.
      state ^= state << 13;
      state ^= state >>> 7;
      state ^= state << 17;
      samples[i] += (float) band.next((int) (state >> 32) * 0x1p-31);
    }
  }

  /** A two-pole band-pass of constant relative width, scaled to a given output power. */
  private static final class Resonator {
    private static final double QUALITY = 4.5;
    private final double gain;
    private final double a1;
    private final double a2;
    private double y1;
    private double y2;
    private double x1;
    private double x2;

    Resonator(double centre, double amplitude) {
      double omega = 2 * StrictMath.PI * centre / SAMPLE_RATE;
      double alpha = StrictMath.sin(omega) / (2 * QUALITY);
      a1 = -2 * StrictMath.cos(omega) / (1 + alpha);
      a2 = (1 - alpha) / (1 + alpha);
      // The filter alpha (1 - z^-2) / … passes the fraction alpha / (1 + alpha) of white noise,
      // whose own power is 1/3; a band of a tone has half the square of its amplitude.
      double power = alpha / (1 + alpha) / 3;
      gain = alpha / (1 + alpha) * amplitude / StrictMath.sqrt(2 * power);
    }

    double next(double x) {
      double y = gain * (x - x2) - a1 * y1 - a2 * y2;
      x2 = x1;
      x1 = x;
      y2 = y1;
      y1 = y;
      return y;
    }
  }

  /** Multiplies by the envelope of the events and, for a buzz, by the chopping. */
  private static void shape(float[] samples, Timbre timbre, double rate, double start) {
    boolean chopped = timbre.source() == Timbre.Source.BUZZ;
    double before = 0;
    for (int block = 0; block < SAMPLES; block += BLOCK) {
      double seconds = (double) (block + BLOCK) / SAMPLE_RATE;
      double events = start + seconds * rate;
      double after = envelope(timbre.envelope(), events - StrictMath.floor(events), 1 / rate);
      if (chopped) {
        double chop = seconds * CHOP_HZ;
        after *= 0.5 + 0.5 * SINE[(int) ((chop - StrictMath.floor(chop)) * TABLE)];
      }
      int end = Math.min(block + BLOCK, SAMPLES);
      float slope = (float) ((after - before) / BLOCK);
      float gain = (float) before;
      for (int i = block; i < end; i++) {
        samples[i] *= gain;
        gain += slope;
      }
      before = after;
    }
  }

  /** Marks the start of every event by a short burst of noise, whatever the envelope. */
  private static void ticks(float[] samples, double rate, double start, SplittableRandom random) {
    int length = (int) (6 * TICK_SECONDS * SAMPLE_RATE);
    double fade = StrictMath.exp(-1 / (TICK_SECONDS * SAMPLE_RATE));
    for (int event = 1; event - start < SECONDS * rate; event++) {
      int from = (int) ((event - start) / rate * SAMPLE_RATE);
      double amplitude = TICK;
      for (int i = from; i < Math.min(from + length, SAMPLES); i++) {
        samples[i] += (float) (amplitude * (2 * random.nextDouble() - 1));
        amplitude *= fade;
      }
    }
  }

  /** Amplitude at a phase in [0, 1) of an event that lasts {@code period} seconds. */
  private static double envelope(Timbre.Envelope envelope, double phase, double period) {
    return switch (envelope) {
      case PLUCK -> decay(phase * period, 0.09);
      case DOUBLE ->
          phase < 0.28 ? decay(phase * period, 0.035) : decay((phase - 0.28) * period, 0.035);
      case SWELL -> {
        double s = SINE[(int) (phase * TABLE / 2)];
        yield 0.06 + 0.94 * s * s;
      }
      case GATE -> phase < 0.55 ? 1 : 0.04;
      case RAMP -> 0.04 + 0.96 * phase * phase * phase;
    };
  }

  private static double decay(double seconds, double constant) {
    return 0.03 + 0.97 * StrictMath.exp(-seconds / constant);
  }

  /** Scales to an RMS amplitude; what would pass 1 is bent below it. */
  private static void level(float[] samples, double rms) {
    double power = 0;
    for (float sample : samples) {
      power += sample * sample;
    }
    float gain = (float) (rms / StrictMath.sqrt(power / samples.length));
    for (int i = 0; i < samples.length; i++) {
      samples[i] = bend(samples[i] * gain);
    }
  }

  /** The identity up to 0.7, then a hyperbola towards 1. */
  private static float bend(float x) {
    float size = Math.abs(x);
    if (size <= 0.7f) {
      return x;
    }
    float over = size - 0.7f;
    return Math.copySign(0.7f + 0.3f * over / (over + 0.3f), x);
  }

  private static double decibels(double db) {
    return StrictMath.pow(10, db / 20);
  }

  private static double exp2(double octaves) {
    return StrictMath.pow(2, octaves);
  }

  private static float[] sine() {
    float[] sine = new float[TABLE];
    for (int i = 0; i < TABLE; i++) {
      sine[i] = (float) StrictMath.sin(2 * StrictMath.PI * i / TABLE);
    }
    return sine;
  }
}

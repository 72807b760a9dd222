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

  /** How far the bands follow the pitch: a fifth of an octave up and down. */
  private static final double BAND_SHIFT = 0.4;

  /** Level of upper against lower band from brightness 0 to 1. */
  private static final double BRIGHTNESS_DB = 18;

  private static final double QUIETEST_RMS = 0.03;
  private static final double LOUDNESS_DB = 15;
  private static final double CHOP_HZ = 38;
  private static final double HUM = 0.35;
  private static final float[] SINE = sine();

  private SoundSynth() {}

  /** The sound of a scene: {@link #SAMPLES} values in [-1, 1]. */
  public static float[] render(Scene scene) {
    Timbre timbre = Catalogue.get(scene.classId()).timbre();
    SplittableRandom random = new SplittableRandom(scene.seed() ^ 0x50756e64L);
    double octaves = scene.pitch() - 0.5;
    double fundamental = timbre.fundamental() * exp2(octaves);
    double shift = exp2(BAND_SHIFT * octaves);
    double tilt = BRIGHTNESS_DB * (scene.brightness() - 0.5) / 2;
    Bands bands =
        new Bands(
            timbre.lowBand() * shift, timbre.highBand() * shift, decibels(-tilt), decibels(tilt));
    float[] samples = new float[SAMPLES];
    switch (timbre.source()) {
      case VOICE -> tone(samples, timbre, fundamental, table(bands, fundamental, 1), random);
      case BUZZ -> tone(samples, timbre, fundamental, table(bands, fundamental, 2), random);
      case BELL -> {
        double second = fundamental * StrictMath.sqrt(2);
        tone(samples, timbre, fundamental, table(bands, fundamental, 1), random);
        tone(samples, timbre, second, table(bands, second, 1), random);
      }
      case NOISE -> {
        noise(samples, bands, random);
        tone(samples, timbre, fundamental, hum(), random);
      }
    }
    shape(samples, timbre, eventRate(timbre, scene), random);
    level(samples, QUIETEST_RMS * decibels(LOUDNESS_DB * scene.loudness()));
    return samples;
  }

  /** Centres in Hz and amplitudes of the two emphasised bands. */
  private record Bands(double low, double high, double lowGain, double highGain) {}

  /** A factor of 2.6 from the slowest to the fastest rhythm. */
  private static double eventRate(Timbre timbre, Scene scene) {
    return timbre.rate() * exp2(1.4 * (scene.rhythm() - 0.5));
  }

  /** Adds a tone that reads the table at the fundamental, moved by the glide of a slow cycle. */
  private static void tone(
      float[] samples, Timbre timbre, double fundamental, float[] table, SplittableRandom random) {
    double step = fundamental * TABLE / SAMPLE_RATE;
    double phase = random.nextDouble() * TABLE;
    double slow = random.nextDouble();
    for (int start = 0; start < SAMPLES; start += BLOCK) {
      double cycle = slow + (double) start / SAMPLE_RATE * glideRate(timbre.glide());
      double blockStep = step * glide(timbre.glide(), cycle - StrictMath.floor(cycle));
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
   * One period of every {@code stride}-th harmonic, each band at its own power whatever harmonics
   * fall into it. The fundamental stays audible, so that the pitch is heard in every class.
   */
  private static float[] table(Bands bands, double fundamental, int stride) {
    int harmonics = (int) (TOP / fundamental);
    double[] low = new double[harmonics + 1];
    double[] high = new double[harmonics + 1];
    double lowPower = 0;
    double highPower = 0;
    for (int h = 1; h <= harmonics; h += stride) {
      low[h] = emphasis(h * fundamental / bands.low);
      high[h] = emphasis(h * fundamental / bands.high);
      lowPower += low[h] * low[h];
      highPower += high[h] * high[h];
    }
    double lowScale = bands.lowGain / StrictMath.sqrt(lowPower);
    double highScale = bands.highGain / StrictMath.sqrt(highPower);
    float[] table = new float[TABLE + 1];
    for (int h = 1; h <= harmonics; h += stride) {
      double amplitude = low[h] * lowScale + high[h] * highScale + (h == 1 ? HUM : 0);
      if (amplitude > 1e-3) {
        // Quadratic phases (Schroeder 1970) keep the peaks of the sum low.
        int offset = (int) ((long) h * h * TABLE / (2L * harmonics));
        addHarmonic(table, h, offset, (float) amplitude);
      }
    }
    table[TABLE] = table[0];
    return table;
  }

  private static float[] hum() {
    float[] table = new float[TABLE + 1];
    addHarmonic(table, 1, 0, (float) HUM);
    addHarmonic(table, 2, 0, (float) HUM / 2);
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

  /** Adds two bands of noise of the powers that a tone's bands have. */
  private static void noise(float[] samples, Bands bands, SplittableRandom random) {
    Resonator low = new Resonator(bands.low, bands.lowGain);
    Resonator high = new Resonator(bands.high, bands.highGain);
    long state = random.nextLong() | 1;
    for (int i = 0; i < SAMPLES; i++) {
      state ^= state << 13;
      state ^= state >>> 7;
      state ^= state << 17;
      double white = (int) (state >> 32) * 0x1p-31;
      samples[i] = (float) (low.next(white) + high.next(white));
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
  private static void shape(
      float[] samples, Timbre timbre, double rate, SplittableRandom random) {
    double start = random.nextDouble();
    boolean chopped = timbre.source() == Timbre.Source.BUZZ;
    double before = 0;
    for (int block = 0; block < SAMPLES; block += BLOCK) {
      double seconds = (double) (block + BLOCK) / SAMPLE_RATE;
      double events = start + seconds * rate;
      double after = envelope(timbre.envelope(), events - StrictMath.floor(events), 1 / rate);
      if (chopped) {
        double chop = seconds * CHOP_HZ;
        after *= 0.55 + 0.45 * SINE[(int) ((chop - StrictMath.floor(chop)) * TABLE)];
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

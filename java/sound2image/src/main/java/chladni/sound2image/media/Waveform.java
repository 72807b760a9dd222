package chladni.sound2image.media;

import static java.nio.charset.StandardCharsets.US_ASCII;

import chladni.engine.io.AtomicFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * A mono sound. Samples lie in [-256, 256], the range in which SoundNet and the paper (section 3)
 * take them: a sound file's [-1, 1] times 256.
 *
 * @param samples one value per sample; owned by the caller, compared by identity
 * @param sampleRate samples per second
 */
public record Waveform(float[] samples, int sampleRate) {
  /** The paper's sampling rate, in Hz. */
  public static final int RATE = 22_050;

  /** Full scale. */
  public static final float SCALE = 256f;

  private static final int MAX_RATE = 768_000;
  private static final int WAV_HEADER = 44;

  public Waveform {
    if (sampleRate < 1 || sampleRate > MAX_RATE) {
      throw new IllegalArgumentException(
          "waveform: sample rate must lie in [1, %d] Hz, got %d. Use %d."
              .formatted(MAX_RATE, sampleRate, RATE));
    }
    if (samples.length == 0) {
      throw new IllegalArgumentException(
          "waveform: there must be at least one sample, got none. Check the source of the sound.");
    }
  }

  /** Length in seconds. */
  public double seconds() {
    return (double) samples.length / sampleRate;
  }

  /** Largest absolute value. */
  public float peak() {
    float peak = 0;
    for (float sample : samples) {
      peak = Math.max(peak, Math.abs(sample));
    }
    return peak;
  }

  /** Exactly {@code length} samples: the beginning of a long sound, a short one repeated. */
  public Waveform fitTo(int length) {
    if (length < 1) {
      throw new IllegalArgumentException(
          "waveform: length must be at least 1 sample, got %d. Give seconds times the rate."
              .formatted(length));
    }
    float[] fitted = Arrays.copyOf(samples, length);
    for (int filled = samples.length; filled < length; filled += samples.length) {
      System.arraycopy(samples, 0, fitted, filled, Math.min(samples.length, length - filled));
    }
    return new Waveform(fitted, sampleRate);
  }

  /** Samples [from, from + length); both must lie inside. */
  public Waveform crop(int from, int length) {
    if (from < 0 || length < 1 || from > samples.length - length) {
      throw new IllegalArgumentException(
          "waveform: samples [%d, %d) must lie in [0, %d). Fit the sound to a length first."
              .formatted(from, (long) from + length, samples.length));
    }
    return new Waveform(Arrays.copyOfRange(samples, from, from + length), sampleRate);
  }

  /** A WAV file: one channel of 16-bit PCM, clipped at full scale. */
  public byte[] toWav() {
    long bytes = 2L * samples.length;
    if (bytes > Integer.MAX_VALUE - WAV_HEADER) {
      throw new IllegalArgumentException(
          "waveform: a WAV file holds at most 2 GiB, got %d bytes. Crop the sound."
              .formatted(bytes));
    }
    ByteBuffer wav =
        ByteBuffer.allocate(WAV_HEADER + (int) bytes).order(ByteOrder.LITTLE_ENDIAN);
    wav.put("RIFF".getBytes(US_ASCII));
    wav.putInt(WAV_HEADER - 8 + (int) bytes);
    wav.put("WAVEfmt ".getBytes(US_ASCII));
    wav.putInt(16).putShort((short) 1).putShort((short) 1);
    wav.putInt(sampleRate).putInt(2 * sampleRate).putShort((short) 2).putShort((short) 16);
    wav.put("data".getBytes(US_ASCII)).putInt((int) bytes);
    for (float sample : samples) {
      int level = Math.round(sample / SCALE * 32_767f);
      wav.putShort((short) Math.clamp(level, -32_768, 32_767));
    }
    return wav.array();
  }

  /** Writes {@link #toWav()} whole or not at all. */
  public void writeWav(Path file) {
    AtomicFile.writeStream(file, out -> out.write(toWav()));
  }
}

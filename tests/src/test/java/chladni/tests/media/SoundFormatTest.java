package chladni.tests.media;

import static chladni.tests.media.MediaFixtures.amplitudeAt;
import static chladni.tests.media.MediaFixtures.dominant;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import chladni.sound2image.media.MediaException.Reason;
import chladni.sound2image.media.MediaException;
import chladni.sound2image.media.MediaReader;
import chladni.sound2image.media.Waveform;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sound files of other rates, channels and sample formats, written here byte by byte. */
class SoundFormatTest {
  private static MediaReader reader;

  @TempDir private Path folder;

  @BeforeAll
  static void open() {
    reader = new MediaReader();
  }

  @AfterAll
  static void close() {
    reader.close();
  }

  /** A WAV file of 32-bit floats; the same value in every channel. */
  private Path floatWav(int rate, int channels, float... samples) throws IOException {
    int bytes = 4 * channels * samples.length;
    ByteBuffer wav = ByteBuffer.allocate(44 + bytes).order(ByteOrder.LITTLE_ENDIAN);
    wav.put("RIFF".getBytes(StandardCharsets.US_ASCII)).putInt(36 + bytes);
    wav.put("WAVEfmt ".getBytes(StandardCharsets.US_ASCII)).putInt(16);
    wav.putShort((short) 3).putShort((short) channels).putInt(rate);
    wav.putInt(4 * channels * rate).putShort((short) (4 * channels)).putShort((short) 32);
    wav.put("data".getBytes(StandardCharsets.US_ASCII)).putInt(bytes);
    for (float sample : samples) {
      for (int c = 0; c < channels; c++) {
        wav.putFloat(sample);
      }
    }
    return Files.write(folder.resolve("float.wav"), wav.array());
  }

  private static float[] sine(int rate, double hertz, double seconds) {
    float[] samples = new float[(int) (rate * seconds)];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = (float) (0.5 * Math.sin(2 * Math.PI * hertz * i / rate));
    }
    return samples;
  }

  @ParameterizedTest
  @CsvSource({"8000, 1", "16000, 2", "22050, 2", "44100, 1", "44100, 2", "48000, 6", "96000, 2"})
  void anyRateAndChannelsComeOutMonoAt22050AtTheirLevel(int rate, int channels)
      throws IOException {
    Waveform sound = reader.readSound(floatWav(rate, channels, sine(rate, 440, 2)), 10);
    assertThat(sound.seconds()).isCloseTo(2, within(0.01));
    assertThat(dominant(sound)).isEqualTo(440);
    // Surround channels are mixed with weights of their own, so only the peak is bounded.
    if (channels <= 2) {
      assertThat(amplitudeAt(sound, 440)).isCloseTo(128, within(1.0));
    } else {
      assertThat((double) sound.peak()).isBetween(64.0, 130.0);
    }
  }

  @Test
  void samplesBeyondFullScaleAreClipped() throws IOException {
    Waveform sound = reader.readSound(floatWav(22_050, 1, new float[] {0, 4, -1e30f, 0.5f}), 1);
    assertThat(sound.samples()).containsExactly(0, 256, -256, 128);
  }

  @Test
  void samplesThatAreNoNumbersAreAnError() throws IOException {
    Path file = floatWav(22_050, 1, new float[] {0, Float.NaN, 0});
    assertThatThrownBy(() -> reader.readSound(file, 1))
        .isInstanceOfSatisfying(
            MediaException.class, e -> assertThat(e.reason()).isEqualTo(Reason.CORRUPT));
  }

  @Test
  void onlyTheAskedSecondsAreRead() throws IOException {
    Path file = floatWav(44_100, 1, sine(44_100, 440, 3));
    assertThat(reader.readSound(file, 1.5).samples()).hasSize(33_075);
  }
}

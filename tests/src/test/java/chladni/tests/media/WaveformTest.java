package chladni.tests.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import chladni.sound2image.media.Waveform;
import java.io.ByteArrayInputStream;
import javax.sound.sampled.AudioFormat;
import javax.sound.sampled.AudioInputStream;
import javax.sound.sampled.AudioSystem;
import org.junit.jupiter.api.Test;

class WaveformTest {
  private static final Waveform SHORT = new Waveform(new float[] {1, 2, 3}, Waveform.RATE);

  @Test
  void tilesAShortSoundAndCutsALongOne() {
    assertThat(SHORT.fitTo(8).samples()).containsExactly(1, 2, 3, 1, 2, 3, 1, 2);
    assertThat(SHORT.fitTo(2).samples()).containsExactly(1, 2);
    assertThat(SHORT.fitTo(3).samples()).containsExactly(1, 2, 3);
  }

  @Test
  void cropsInsideOnly() {
    assertThat(SHORT.crop(1, 2).samples()).containsExactly(2, 3);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SHORT.crop(2, 2))
        .withMessageContaining("[2, 4) must lie in [0, 3)");
  }

  @Test
  void refusesSilenceOfNoLength() {
    assertThatIllegalArgumentException().isThrownBy(() -> new Waveform(new float[0], 22_050));
    assertThatIllegalArgumentException().isThrownBy(() -> new Waveform(new float[1], 0));
    assertThatIllegalArgumentException().isThrownBy(() -> SHORT.fitTo(0));
  }

  @Test
  void writesWavThatTheJdkReads() throws Exception {
    Waveform sound = new Waveform(new float[] {0, 128, -128, 256, -256, 400, -400}, 22_050);
    try (AudioInputStream wav =
        AudioSystem.getAudioInputStream(new ByteArrayInputStream(sound.toWav()))) {
      AudioFormat format = wav.getFormat();
      assertThat(format.getChannels()).isEqualTo(1);
      assertThat(format.getSampleRate()).isEqualTo(22_050f);
      assertThat(format.getSampleSizeInBits()).isEqualTo(16);
      byte[] pcm = wav.readAllBytes();
      int[] levels = new int[pcm.length / 2];
      for (int i = 0; i < levels.length; i++) {
        levels[i] = (short) ((pcm[2 * i] & 0xff) | pcm[2 * i + 1] << 8);
      }
      assertThat(levels).containsExactly(0, 16_384, -16_383, 32_767, -32_767, 32_767, -32_768);
    }
  }
}

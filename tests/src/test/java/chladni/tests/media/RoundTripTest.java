package chladni.tests.media;

import static chladni.tests.media.MediaFixtures.FRAMES_PER_SECOND;
import static chladni.tests.media.MediaFixtures.amplitudeAt;
import static chladni.tests.media.MediaFixtures.brightening;
import static chladni.tests.media.MediaFixtures.dominant;
import static chladni.tests.media.MediaFixtures.frameOf;
import static chladni.tests.media.MediaFixtures.meanOf;
import static chladni.tests.media.MediaFixtures.redBlue;
import static chladni.tests.media.MediaFixtures.tone;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import chladni.sound2image.media.Clip;
import chladni.sound2image.media.Container;
import chladni.sound2image.media.MediaReader;
import chladni.sound2image.media.Picture;
import chladni.sound2image.media.SoundCodec;
import chladni.sound2image.media.VideoCodec;
import chladni.sound2image.media.VideoRequest;
import chladni.sound2image.media.VideoWriter;
import chladni.sound2image.media.Waveform;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class RoundTripTest {
  /** Codecs keep flat colours within a few steps of their quantiser and of 4:2:0 conversion. */
  private static final double COLOUR = 8;

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

  @ParameterizedTest
  @ValueSource(strings = {"mp4", "mkv", "webm", "mov", "avi"})
  void videosKeepColoursPitchLevelAndLength(String extension) {
    Path file = folder.resolve("clip." + extension);
    List<Picture> frames = Collections.nCopies(20, redBlue(64, 64));
    VideoWriter.of(file).write(file, frames, FRAMES_PER_SECOND, tone(440, 2, 128));
    Clip clip = reader.readVideo(file, VideoRequest.evenly(3, 0, 2));
    assertThat(clip.frames()).hasSize(3);
    for (Picture frame : clip.frames()) {
      assertThat(frame.width()).isEqualTo(64);
      assertThat(frame.height()).isEqualTo(64);
      // The columns beside the border share its chroma sample.
      assertThat(meanOf(frame, 0, 28, 0)).isCloseTo(200, within(COLOUR));
      assertThat(meanOf(frame, 0, 28, 2)).isCloseTo(0, within(COLOUR));
      assertThat(meanOf(frame, 36, 64, 0)).isCloseTo(0, within(COLOUR));
      assertThat(meanOf(frame, 36, 64, 2)).isCloseTo(200, within(COLOUR));
    }
    assertSound(clip.sound(), 2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"wav", "mp3", "flac", "ogg", "m4a", "mkv", "mp4"})
  void soundsKeepPitchLevelAndLength(String extension) {
    Path file = folder.resolve("sound." + extension);
    VideoWriter.of(file).writeSound(file, tone(440, 2, 128));
    assertSound(reader.readSound(file, 10), 2);
  }

  private static void assertSound(Waveform sound, double seconds) {
    assertThat(sound.sampleRate()).isEqualTo(22_050);
    // At most one codec frame of padding, and MP3 declares its delay where the container lets it.
    assertThat(sound.seconds()).isCloseTo(seconds, within(0.08));
    assertThat(dominant(sound)).isEqualTo(440);
    // LAME takes 5 % off the level.
    assertThat(amplitudeAt(sound, 440)).isBetween(0.93 * 128, 1.03 * 128);
  }

  @ParameterizedTest
  @EnumSource(VideoCodec.class)
  void framesAreThoseOnTheScreenAtTheirTimes(VideoCodec codec) {
    Path file = folder.resolve("times.mkv");
    new VideoWriter(Container.MKV, codec, SoundCodec.FLAC)
        .write(file, brightening(50), FRAMES_PER_SECOND, tone(440, 5, 100));
    // Times 0.5, 1.5, 2.5, 3.5 and 4.5 s begin frames 5, 15, 25, 35 and 45.
    assertFrames(reader.readVideo(file, VideoRequest.evenly(5, 0, 5)), 5, 15, 25, 35, 45);
    // The middle of 0 to 0.5 s is within frame 2, shown from 0.2 to 0.3 s.
    assertFrames(reader.readVideo(file, VideoRequest.middleFrame(0, 0.5)), 2);
    // 3 to 4 s: 3.25 and 3.75 s lie in frames 32 and 37; this start is reached by seeking.
    assertFrames(reader.readVideo(file, new VideoRequest(2, 0, 3, 1)), 32, 37);
  }

  @ParameterizedTest
  @ValueSource(strings = {"mp4", "webm", "mov", "avi"})
  void everyContainerSeeksToTheSamePictureAndSound(String extension) {
    Path file = folder.resolve("seek." + extension);
    Waveform sound = tone(440, 5, 100);
    System.arraycopy(tone(880, 1, 100).samples(), 0, sound.samples(), 3 * 22_050, 22_050);
    VideoWriter.of(file).write(file, brightening(50), FRAMES_PER_SECOND, sound);
    Clip clip = reader.readVideo(file, new VideoRequest(2, 0, 3, 1));
    assertFrames(clip, 32, 37);
    assertThat(clip.sound().samples()).hasSize(22_050);
    assertThat(dominant(clip.sound())).isEqualTo(880);
    assertThat(amplitudeAt(clip.sound(), 440)).isLessThan(10);
  }

  private static void assertFrames(Clip clip, double... expected) {
    assertThat(clip.frames()).hasSize(expected.length);
    for (int i = 0; i < expected.length; i++) {
      assertThat(frameOf(clip.frames().get(i))).isCloseTo(expected[i], within(0.49));
    }
  }

  @Test
  void shortClipsGiveWhatThereIs() {
    Path file = folder.resolve("short.mp4");
    VideoWriter.of(file).write(file, brightening(10), FRAMES_PER_SECOND, tone(440, 1, 100));
    Clip clip = reader.readVideo(file, VideoRequest.evenly(2, 0, 5));
    assertThat(clip.sound().seconds()).isCloseTo(1, within(0.06));
    assertFrames(clip, 2, 7);
  }

  @Test
  void theLastFrameStaysWhileTheSoundGoesOn() {
    Path file = folder.resolve("longer-sound.mp4");
    VideoWriter.of(file).write(file, brightening(10), FRAMES_PER_SECOND, tone(440, 4, 100));
    Clip clip = reader.readVideo(file, VideoRequest.evenly(4, 0, 4));
    assertFrames(clip, 5, 9, 9, 9);
    assertThat(clip.sound().seconds()).isCloseTo(4, within(0.06));
  }

  @Test
  void framesAreResizedAndCroppedToSquares() {
    Path file = folder.resolve("wide.mp4");
    VideoWriter.of(file)
        .write(file, Collections.nCopies(10, redBlue(160, 90)), 10, tone(440, 1, 100));
    Picture frame =
        reader.readVideo(file, VideoRequest.middleFrame(32, 1)).frames().getFirst();
    assertThat(frame.width()).isEqualTo(32);
    assertThat(frame.height()).isEqualTo(32);
    assertThat(meanOf(frame, 0, 12, 0)).isCloseTo(200, within(COLOUR));
    assertThat(meanOf(frame, 20, 32, 2)).isCloseTo(200, within(COLOUR));
  }

  @Test
  void theSameInputGivesTheSameBytes() throws IOException {
    for (Container container : Container.values()) {
      VideoWriter writer = VideoWriter.of(container);
      Path one = folder.resolve("one");
      Path two = folder.resolve("two");
      for (Path file : List.of(one, two)) {
        if (container.holdsVideo()) {
          writer.write(file, brightening(10), FRAMES_PER_SECOND, tone(440, 1, 100));
        } else {
          writer.writeSound(file, tone(440, 1, 100));
        }
      }
      assertThat(Files.mismatch(one, two)).as(container.name()).isEqualTo(-1);
    }
  }

  @Test
  void writerNamesWhatIsWrong() {
    Waveform sound = tone(440, 1, 100);
    Path wav = folder.resolve("a.wav");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> VideoWriter.of(wav).write(wav, brightening(2), 10, sound))
        .withMessageContaining("holds no pictures");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Container.of(Path.of("clip.exe")))
        .withMessageContaining(".mp4");
    Path mp4 = folder.resolve("a.mp4");
    List<Picture> mixed = List.of(redBlue(64, 64), redBlue(32, 32));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> VideoWriter.of(mp4).write(mp4, mixed, 10, sound))
        .withMessageContaining("64 x 64 and 32 x 32");
    assertThat(folder).isEmptyDirectory();
  }
}

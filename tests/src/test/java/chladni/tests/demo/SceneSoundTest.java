package chladni.tests.demo;

import static org.assertj.core.api.Assertions.assertThat;

import chladni.app.demo.DemoClip;
import chladni.app.demo.Scene;
import chladni.app.demo.SoundSynth;
import chladni.app.demo.World;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SceneSoundTest {
  private final World world = new World(World.MAX_CLASSES, 11);

  @Test
  void equalScenesSoundEqualAndOthersDiffer() {
    Set<Integer> hashes = new HashSet<>();
    for (DemoClip clip : world.plan("corpus", 1, 0)) {
      float[] sound = SoundSynth.render(clip.sound());
      assertThat(SoundSynth.render(clip.sound())).isEqualTo(sound);
      hashes.add(Arrays.hashCode(sound));
    }
    assertThat(hashes).hasSize(World.MAX_CLASSES);
  }

  @Test
  void soundsAreFiveSecondsOfFiniteSamplesInRangeWithoutBias() {
    for (DemoClip clip : world.plan("corpus", 2, 0)) {
      float[] sound = SoundSynth.render(clip.sound());
      assertThat(sound).hasSize(5 * 22_050);
      double sum = 0;
      for (float sample : sound) {
        if (!(Math.abs(sample) <= 1)) {
          throw new AssertionError("class %d: sample %f".formatted(clip.sound().classId(), sample));
        }
        sum += sample;
      }
      assertThat(sum / sound.length).isBetween(-0.01, 0.01);
    }
  }

  @Test
  void louderScenesHaveHigherLevels() {
    for (int classId = 0; classId < World.MAX_CLASSES; classId++) {
      Scene quiet = scene(classId, 0.5, 0.1, 0.5, 0.5);
      Scene loud = scene(classId, 0.5, 0.9, 0.5, 0.5);
      assertThat(rms(SoundSynth.render(loud))).isGreaterThan(1.8 * rms(SoundSynth.render(quiet)));
    }
  }

  @Test
  void brighterScenesCrossZeroMoreOften() {
    for (int classId = 0; classId < World.MAX_CLASSES; classId++) {
      Scene dull = scene(classId, 0.5, 0.5, 0.5, 0.1);
      Scene bright = scene(classId, 0.5, 0.5, 0.5, 0.9);
      assertThat(crossings(SoundSynth.render(bright)))
          .isGreaterThan(crossings(SoundSynth.render(dull)));
    }
  }

  @Test
  void twelveClipsOfAClassTellItsSound() {
    List<DemoClip> train = world.plan("encoders", 12, 0);
    List<DemoClip> test = world.plan("corpus", 3, 0);
    double accuracy =
        Statistics.centroidAccuracy(
            features(train), labels(train), features(test), labels(test), World.MAX_CLASSES);
    assertThat(accuracy).isGreaterThan(0.95);
  }

  private static Scene scene(int id, double pitch, double loud, double rhythm, double bright) {
    return new Scene(id, pitch, loud, rhythm, bright, pitch, loud, rhythm, bright, 77);
  }

  private static double rms(float[] sound) {
    double sum = 0;
    for (float sample : sound) {
      sum += sample * sample;
    }
    return Math.sqrt(sum / sound.length);
  }

  private static int crossings(float[] sound) {
    int crossings = 0;
    for (int i = 1; i < sound.length; i++) {
      crossings += sound[i - 1] < 0 != sound[i] < 0 ? 1 : 0;
    }
    return crossings;
  }

  private static int[] labels(List<DemoClip> clips) {
    return clips.stream().mapToInt(clip -> clip.sound().classId()).toArray();
  }

  private static double[][] features(List<DemoClip> clips) {
    return clips.parallelStream()
        .map(clip -> BandFeatures.of(SoundSynth.render(clip.sound())))
        .toArray(double[][]::new);
  }
}

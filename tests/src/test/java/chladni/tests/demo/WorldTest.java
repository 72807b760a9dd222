package chladni.tests.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chladni.app.demo.Attribute;
import chladni.app.demo.DemoClip;
import chladni.app.demo.Scene;
import chladni.app.demo.World;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;

class WorldTest {
  private final World world = new World(World.MAX_CLASSES, 5);

  @Test
  void equalSeedsPlanEqualClips() {
    assertThat(new World(52, 5).plan("corpus", 7)).isEqualTo(world.plan("corpus", 7));
    assertThat(new World(52, 6).plan("corpus", 7)).isNotEqualTo(world.plan("corpus", 7));
  }

  @Test
  void aLongerPlanBeginsWithTheSameScenes() {
    List<DemoClip> shorter = world.plan("corpus", 3, 0);
    assertThat(world.plan("corpus", 5, 0).subList(0, shorter.size())).isEqualTo(shorter);
  }

  @Test
  void splitsShareNoScene() {
    Set<Scene> scenes = new HashSet<>();
    int expected = 0;
    for (String split : List.of("encoders", "corpus", "judge")) {
      for (DemoClip clip : world.plan(split, 20)) {
        scenes.add(clip.picture());
        scenes.add(clip.sound());
        expected += clip.mismatch() ? 2 : 1;
      }
    }
    assertThat(scenes).hasSize(expected);
  }

  @Test
  void everyClassIsPicturedEquallyOftenUnderUniqueNames() {
    List<DemoClip> plan = world.plan("corpus", 9);
    Set<String> ids = new HashSet<>();
    int[] counts = new int[52];
    for (DemoClip clip : plan) {
      ids.add(clip.id());
      counts[clip.picture().classId()]++;
    }
    assertThat(ids).hasSize(plan.size());
    assertThat(counts).containsOnly(9);
  }

  @Test
  void oneClipInFiveIsAMismatchInEveryClass() {
    List<DemoClip> plan = world.plan("corpus", 15);
    int[] mismatches = new int[52];
    for (DemoClip clip : plan) {
      boolean other = clip.picture().classId() != clip.sound().classId();
      assertThat(clip.mismatch()).isEqualTo(other);
      assertThat(clip.picture().equals(clip.sound())).isNotEqualTo(other);
      mismatches[clip.picture().classId()] += other ? 1 : 0;
    }
    assertThat(mismatches).containsOnly(3);
    assertThat(world.plan("corpus", 15, 0)).noneMatch(DemoClip::mismatch);
  }

  @Test
  void twoClassesAreEnough() {
    List<DemoClip> plan = new World(2, 1).plan("corpus", 10);
    assertThat(plan).hasSize(20).filteredOn(DemoClip::mismatch).hasSize(4);
    assertThat(plan).allMatch(clip -> clip.sound().classId() < 2);
  }

  @Test
  void numbersOfClassesOutsideTheCatalogueAreRefused() {
    assertThatThrownBy(() -> new World(53, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("between 2 and 52, got 53");
    assertThatThrownBy(() -> new World(1, 1)).hasMessageContaining("got 1");
  }

  @Test
  void namesAreDistinct() {
    assertThat(world.classNames()).hasSize(52).doesNotHaveDuplicates();
  }

  @Test
  void attributesAreUniformAndThePictureFollowsTheSound() {
    List<DemoClip> plan = world.plan("corpus", 60, 0);
    double n = plan.size();
    for (Attribute attribute : Attribute.values()) {
      double[] sound = values(plan, attribute::ofSound);
      double[] picture = values(plan, attribute::ofPicture);
      for (double[] values : List.of(sound, picture)) {
        assertThat(Arrays.stream(values)).allMatch(value -> value >= 0 && value <= 1);
        // Four standard errors of the mean of a uniform variable.
        assertThat(Statistics.mean(values))
            .isBetween(0.5 - 4 / Math.sqrt(12 * n), 0.5 + 4 / Math.sqrt(12 * n));
      }
      assertThat(Statistics.r2(picture, sound)).isBetween(0.85, 0.99);
    }
  }

  @Test
  void variantsAreEquallyLikely() {
    int[] counts = new int[Scene.VARIANTS];
    for (DemoClip clip : world.plan("judge", 60, 0)) {
      counts[clip.picture().variant()]++;
    }
    double expected = 52 * 60 / (double) Scene.VARIANTS;
    double chiSquare = 0;
    for (int count : counts) {
      chiSquare += (count - expected) * (count - expected) / expected;
    }
    // 99.9 % quantile of chi-square with 19 degrees of freedom.
    assertThat(chiSquare).isLessThan(43.8);
  }

  private static double[] values(List<DemoClip> plan, ToDoubleFunction<Scene> attribute) {
    return plan.stream().map(DemoClip::sound).mapToDouble(attribute).toArray();
  }
}

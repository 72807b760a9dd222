package chladni.app.demo;

import chladni.sound2image.network.Recipe;
import chladni.sound2image.network.SoundEncoder;
import chladni.sound2image.training.Schedule;
import java.util.List;

/**
 * The sizes of a demo.
 *
 * @param encoderClips labelled clips of each class for the encoders
 * @param corpusClips unlabelled clips of each class for the paper's pipeline
 * @param judgeTests scenes on which the judge's accuracy is measured
 * @param dropout whether the GANs train with pix2pix's dropout
 */
public record DemoPreset(
    String name,
    int encoderClips,
    int corpusClips,
    int judgeTests,
    Recipe recipe,
    Schedule picture,
    Schedule sound,
    Schedule multimodal,
    Schedule imageGan,
    Schedule featureGan,
    Schedule judge,
    boolean dropout) {

  /** Six minutes on two cores. */
  public static final DemoPreset SMALL =
      new DemoPreset(
          "small",
          12,
          44,
          1040,
          Recipe.SMALL,
          new Schedule(120, 32, 5e-4, 0.5),
          new Schedule(200, 16, 2e-3, 0.5),
          new Schedule(500, 128, 2e-4, 0.5),
          new Schedule(1600, 16, 2e-3, 0.5),
          new Schedule(4000, 16, 2e-3, 0.5),
          new Schedule(700, 48, 2e-3, 0.5),
          false);

  /** A minute at most: for tests, whose figures mean nothing. */
  public static final DemoPreset TINY =
      new DemoPreset(
          "tiny",
          4,
          6,
          40,
          new Recipe(
              5,
              4,
              List.of(8, 8),
              4096,
              List.of(
                  new SoundEncoder.Layer(4, 64, 16, 8),
                  new SoundEncoder.Layer(8, 32, 2, 8),
                  new SoundEncoder.Layer(8, 16, 2, 4)),
              4096,
              2,
              2),
          new Schedule(10, 8, 2e-3, 0.5),
          new Schedule(10, 8, 2e-3, 0.5),
          new Schedule(10, 16, 3e-4, 0.5),
          new Schedule(6, 2, 4e-4, 0.5),
          new Schedule(6, 2, 4e-4, 0.5),
          new Schedule(10, 8, 2e-3, 0.5),
          false);

  /** By name: {@code small} or {@code tiny}. */
  public static DemoPreset named(String name) {
    return switch (name) {
      case "small" -> SMALL;
      case "tiny" -> TINY;
      default ->
          throw new IllegalArgumentException(
              "demo preset '%s': there are small and tiny. Choose one.".formatted(name));
    };
  }
}

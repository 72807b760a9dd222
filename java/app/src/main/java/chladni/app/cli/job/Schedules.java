package chladni.app.cli.job;

import chladni.app.cli.Training;
import chladni.app.demo.DemoPreset;
import chladni.sound2image.network.Recipe;
import chladni.sound2image.training.Schedule;

/**
 * How long and how fast each network trains when nothing else is asked for: the demo's schedules,
 * minutes on two cores, for narrow networks, days for those of the paper's width.
 */
enum Schedules {
  PICTURE(DemoPreset.SMALL.picture(), new Schedule(40_000, 64, 1e-3, 0.3)),
  SOUND(DemoPreset.SMALL.sound(), new Schedule(40_000, 64, 1e-3, 0.3)),
  MULTIMODAL(DemoPreset.SMALL.multimodal(), new Schedule(20_000, 128, 1e-4, 0)),
  IMAGE_GAN(DemoPreset.SMALL.imageGan(), new Schedule(400_000, 1, 2e-4, 0.5)),
  FEATURE_GAN(DemoPreset.SMALL.featureGan(), new Schedule(400_000, 1, 2e-4, 0.5));

  private final Schedule small;
  private final Schedule full;

  Schedules(Schedule small, Schedule full) {
    this.small = small;
    this.full = full;
  }

  /** The schedule for networks of this recipe, with what was asked for in its place. */
  Schedule of(Recipe recipe, Training asked) {
    boolean narrow = recipe.generatorChannels() < Recipe.FULL.generatorChannels();
    Schedule usual = narrow ? small : full;
    return new Schedule(
        asked.steps().orElse(usual.steps()),
        asked.batch().orElse(usual.batch()),
        asked.rate().orElse(usual.rate()),
        asked.decay().orElse(usual.decay()));
  }
}

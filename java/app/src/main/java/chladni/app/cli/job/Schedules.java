package chladni.app.cli.job;

import chladni.app.cli.Training;
import chladni.sound2image.network.Recipe;
import chladni.sound2image.training.Schedule;

/**
 * How long and how fast each network trains when nothing else is asked for: minutes on two cores for
 * narrow networks, days for those of the paper's width.
 */
enum Schedules {
  PICTURE(new Schedule(800, 32, 1e-3, 0.3), new Schedule(40_000, 64, 1e-3, 0.3)),
  SOUND(new Schedule(800, 16, 1e-3, 0.3), new Schedule(40_000, 64, 1e-3, 0.3)),
  MULTIMODAL(new Schedule(600, 128, 1e-4, 0), new Schedule(20_000, 128, 1e-4, 0)),
  IMAGE_GAN(new Schedule(3000, 4, 2e-4, 0.5), new Schedule(400_000, 1, 2e-4, 0.5)),
  FEATURE_GAN(new Schedule(1500, 4, 2e-4, 0.5), new Schedule(400_000, 1, 2e-4, 0.5));

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

package chladni.app.demo;

import java.util.SplittableRandom;

/**
 * One moment of the world, complete: picture and sound follow from it without further chance.
 *
 * @param classId index of the class, 0 to 51
 * @param pitch of the sound, [0, 1], as are the next three
 * @param loudness of the sound
 * @param rhythm of the sound
 * @param brightness of the sound
 * @param height of the motif in the picture: pitch with noise, [0, 1], as are the next three
 * @param size of the motif: loudness with noise
 * @param count of the copies: rhythm with noise
 * @param colour of the motif: brightness with noise
 * @param seed of what follows no attribute: jitter, phases, hiss
 */
public record Scene(
    int classId,
    double pitch,
    double loudness,
    double rhythm,
    double brightness,
    double height,
    double size,
    double count,
    double colour,
    long seed) {
  /** Cells of the picture's attributes that {@link #variant()} tells apart. */
  public static final int VARIANTS = 20;

  /** Copies of the motif at count 1. */
  static final int MAX_COPIES = 4;

  private static final int HEIGHT_CELLS = 5;
  private static final double NOISE = 0.07;

  /** Draws the attributes of a scene of the class from its seed. */
  static Scene of(int classId, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    double pitch = random.nextDouble();
    double loudness = random.nextDouble();
    double rhythm = random.nextDouble();
    double brightness = random.nextDouble();
    return new Scene(
        classId,
        pitch,
        loudness,
        rhythm,
        brightness,
        noisy(pitch, random),
        noisy(loudness, random),
        noisy(rhythm, random),
        noisy(brightness, random),
        random.nextLong());
  }

  /**
   * Noise reflected at 0 and 1 leaves a uniform distribution uniform, so variants stay balanced.
   */
  private static double noisy(double value, SplittableRandom random) {
    double sum = 0;
    for (int i = 0; i < 12; i++) {
      sum += random.nextDouble();
    }
    double moved = Math.abs(value + NOISE * (sum - 6));
    return moved > 1 ? 2 - moved : moved;
  }

  /**
   * The cell of the picture's attributes, 0 to 19: five heights, times two sizes, times two
   * colours. All cells are equally likely.
   */
  public int variant() {
    return (Math.min((int) (height * HEIGHT_CELLS), HEIGHT_CELLS - 1) * 2 + half(size)) * 2
        + half(colour);
  }

  /** The number of copies of the motif, 1 to 4. */
  public int copies() {
    return Math.min(1 + (int) (count * MAX_COPIES), MAX_COPIES);
  }

  private static int half(double value) {
    return value < 0.5 ? 0 : 1;
  }
}

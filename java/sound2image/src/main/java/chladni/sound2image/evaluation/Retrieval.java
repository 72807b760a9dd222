package chladni.sound2image.evaluation;

import java.util.Arrays;

/**
 * The nearest sound of every image in one feature space, and how often the two share a class
 * (paper, section 5.3 and Fig. 5). An image's own sound is among the candidates, as in the paper.
 *
 * @param nearest index of the nearest sound, one per image
 * @param matches whether that sound has the image's class, one per image
 * @param matchRate fraction of images whose nearest sound has their class
 * @param chance the rate that a sound drawn at random would reach
 */
public record Retrieval(int[] nearest, boolean[] matches, double matchRate, double chance) {
  /**
   * Compares multimodal vectors; call it on the vectors before and after the activation, and on the
   * training and the held-out clips, for the paper's four rates.
   *
   * @param images multimodal vectors of the images (N × D)
   * @param sounds multimodal vectors of the sounds (M × D)
   * @param imageClasses class of each image (N)
   * @param soundClasses class of each sound (M)
   */
  public static Retrieval of(
      FloatMatrix images, FloatMatrix sounds, int[] imageClasses, int[] soundClasses) {
    Checks.sameLength("retrieval", "images", images.rows(), "image classes", imageClasses.length);
    Checks.sameLength("retrieval", "sounds", sounds.rows(), "sound classes", soundClasses.length);
    int[] nearest = nearestRows(images, sounds);
    boolean[] matches = new boolean[nearest.length];
    int matched = 0;
    double chance = 0;
    for (int i = 0; i < nearest.length; i++) {
      int own = imageClasses[i];
      matches[i] = soundClasses[nearest[i]] == own;
      matched += matches[i] ? 1 : 0;
      chance += Arrays.stream(soundClasses).filter(c -> c == own).count();
    }
    chance /= (double) nearest.length * soundClasses.length;
    return new Retrieval(nearest, matches, (double) matched / nearest.length, chance);
  }

  /**
   * For each row of {@code queries} the index of the row of {@code keys} at the smallest Euclidean
   * distance, the first among equals. With training sounds as keys this is the nearest-neighbour
   * generator: it answers a sound with the training picture of the most similar sound.
   */
  public static int[] nearestRows(FloatMatrix queries, FloatMatrix keys) {
    int[] nearest = new int[queries.rows()];
    double[] best = new double[queries.rows()];
    Arrays.fill(best, Double.POSITIVE_INFINITY);
    Pairwise.squaredDistances(
        queries,
        keys,
        (query, firstKey, count, distances) -> {
          for (int k = 0; k < count; k++) {
            if (distances[k] < best[query]) {
              best[query] = distances[k];
              nearest[query] = firstKey + k;
            }
          }
        });
    return nearest;
  }
}

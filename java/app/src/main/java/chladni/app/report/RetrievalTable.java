package chladni.app.report;

import java.util.List;

/**
 * Class match of each image's nearest sound in multimodal space (paper, section 5.3 and Fig. 5).
 * Rates are fractions.
 *
 * @param preTrain before the activation, training clips
 * @param preHeldOut before the activation, held-out clips
 * @param postTrain after the activation, training clips
 * @param postHeldOut after the activation, held-out clips
 * @param chanceTrain rate of a training sound drawn at random
 * @param chanceHeldOut rate of a held-out sound drawn at random
 * @param neighbours held-out pairs after the activation, matching and not, as they come
 */
public record RetrievalTable(
    double preTrain,
    double preHeldOut,
    double postTrain,
    double postHeldOut,
    double chanceTrain,
    double chanceHeldOut,
    List<Neighbour> neighbours) {
  /**
   * An image and the image that belongs to the nearest sound.
   *
   * @param imageClass class of the image
   * @param image the image whose multimodal vector was compared
   * @param soundClass class of the nearest sound
   * @param soundImage the image of that sound's clip
   */
  public record Neighbour(String imageClass, Rgb image, String soundClass, Rgb soundImage) {
    /** Whether both belong to one class. */
    public boolean matches() {
      return imageClass.equals(soundClass);
    }
  }
}

package chladni.app.report;

import java.util.List;
import java.util.Optional;

/**
 * The refinement of the data set (paper, section 3 and Fig. 2).
 *
 * @param clips clips that were offered
 * @param kept clips whose sound and picture share a top label
 * @param train kept clips that train
 * @param heldOut kept clips that no judged network saw
 * @param quality agreement with known mismatches, where they are known
 * @param examples clips of both fates; the first of each are shown
 */
public record Selection(
    int clips,
    int kept,
    int train,
    int heldOut,
    Optional<Quality> quality,
    List<Example> examples) {
  /**
   * Agreement with the truth.
   *
   * @param precision fraction of kept clips that match
   * @param recall fraction of matching clips that were kept
   */
  public record Quality(double precision, double recall) {}

  /**
   * One clip before the selection.
   *
   * @param clip its name
   * @param picture its frame
   * @param pictureLabels the picture classifier's top labels, best first
   * @param soundLabels the sound classifier's top labels, best first
   * @param keptAs the shared label, empty if the clip was thrown out
   * @param knownMismatch whether sound and picture are known to belong to different classes
   */
  public record Example(
      String clip,
      Rgb picture,
      List<Label> pictureLabels,
      List<Label> soundLabels,
      Optional<String> keptAs,
      boolean knownMismatch) {}
}

package chladni.app.report;

import chladni.sound2image.evaluation.MatchRates;
import java.util.Optional;

/**
 * Match rates (paper, Fig. 7) beside what other generators reach under the same judge.
 *
 * @param pairs number of held-out pairs that were judged
 * @param labels number of labels the judge knows, at least 10
 * @param generated the pictures made from sounds
 * @param shuffled the same pictures, each against another clip's original
 * @param classMean the mean training picture of the class
 * @param nearestNeighbour the training picture of the most similar training sound
 */
public record MatchTable(
    int pairs,
    int labels,
    MatchRates generated,
    MatchRates shuffled,
    Optional<MatchRates> classMean,
    Optional<MatchRates> nearestNeighbour) {
  /** What two independent random label sets would reach. */
  public MatchRates chance() {
    return MatchRates.chance(labels);
  }
}

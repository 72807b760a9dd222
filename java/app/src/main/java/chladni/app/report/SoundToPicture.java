package chladni.app.report;

import chladni.sound2image.evaluation.MatchRates;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A sound that no network has heard and the picture it became (paper, Fig. 6).
 *
 * @param clip name of the clip
 * @param className its class, empty where it is not known
 * @param sound what was heard
 * @param original the frame of the same clip, where there is one
 * @param generated what was made of the sound
 * @param originalLabels the judge's ten best labels of the original, best first; may be empty
 * @param generatedLabels the judge's ten best labels of the generated picture; may be empty
 */
public record SoundToPicture(
    String clip,
    Optional<String> className,
    Sound sound,
    Optional<Rgb> original,
    Rgb generated,
    List<String> originalLabels,
    List<String> generatedLabels) {
  /** The smallest k at which the two pictures share one of their k best labels. */
  public OptionalInt firstMatch() {
    return MatchRates.KS.stream()
        .mapToInt(Integer::intValue)
        .filter(k -> originalLabels.stream().limit(k).anyMatch(topLabels(k)::contains))
        .findFirst();
  }

  private List<String> topLabels(int k) {
    return generatedLabels.stream().limit(k).toList();
  }
}

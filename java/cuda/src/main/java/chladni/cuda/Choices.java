package chladni.cuda;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What was chosen for each problem: by the run that this one continues, by this process, by earlier
 * ones, in this order of precedence. A problem is named with the card, the version of cuDNN and the
 * precision, since none of them can do with the choice of another.
 */
final class Choices {
  private final ChoiceFolder folder;
  private final String machine;
  private final boolean tunes;
  private final Map<String, Choice> adopted = new ConcurrentHashMap<>();
  private final Map<String, Known> known = new ConcurrentHashMap<>();

  /**
   * A choice that is kept.
   *
   * @param tuned whether it won a comparison, rather than being the first that could be had
   */
  record Known(Choice choice, boolean tuned) {}

  /**
   * @param machine the card and the version of cuDNN
   * @param tunes whether problems that are new shall be tuned
   */
  Choices(ChoiceFolder folder, String machine, boolean tunes) {
    this.folder = folder;
    this.machine = machine;
    this.tunes = tunes;
  }

  String machine() {
    return machine;
  }

  boolean tunes() {
    return tunes;
  }

  /** These win from now on. */
  void adopt(Map<String, String> choices) {
    choices.forEach((problem, name) -> adopted.put(problem, Choice.of(name)));
  }

  /**
   * What must be taken.
   *
   * @param among the ways that there are
   */
  Optional<Choice> adopted(String problem, String among) {
    return Optional.ofNullable(adopted.get(problem))
        .map(
            named ->
                known(problem, among)
                    .map(Known::choice)
                    .filter(choice -> choice.name().equals(named.name()))
                    .orElse(named));
  }

  /** The same with its plan. */
  void adopted(String problem, Choice made) {
    adopted.put(problem, made);
  }

  /** What was taken before for the same problem among the same ways, as carefully as asked now. */
  Optional<Known> known(String problem, String among) {
    return Optional.ofNullable(
        known.computeIfAbsent(
            key(problem, among),
            key -> folder.read(key).filter(there -> there.tuned() || !tunes).orElse(null)));
  }

  /** This process takes it again, and others do. */
  void keep(String problem, String among, Known choice) {
    String key = key(problem, among);
    if (!choice.equals(known.put(key, choice))) {
      folder.write(key, choice);
    }
  }

  /** A version that has another way to offer chooses anew. */
  private static String key(String problem, String among) {
    return problem + ", one of " + among;
  }
}

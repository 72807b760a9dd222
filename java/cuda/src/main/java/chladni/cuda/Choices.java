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
  private final Map<String, String> adopted = new ConcurrentHashMap<>();
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
    adopted.putAll(choices);
  }

  /**
   * What must be taken.
   *
   * @param among the ways that there are
   */
  Optional<Choice> adopted(String problem, String among) {
    return Optional.ofNullable(adopted.get(problem))
        .map(
            name ->
                known(problem, among)
                    .map(Known::choice)
                    .filter(choice -> choice.name().equals(name))
                    .orElse(Choice.of(name)));
  }

  /** What was taken before for the same problem among the same ways, as carefully as asked now. */
  Optional<Known> known(String problem, String among) {
    Known here = known.get(key(problem, among));
    return here != null
        ? Optional.of(here)
        : folder.read(key(problem, among)).filter(there -> there.tuned() || !tunes);
  }

  /** This process shall take it again. */
  void remember(String problem, String among, Known choice) {
    known.put(key(problem, among), choice);
  }

  /** Other processes too. */
  void keep(String problem, String among, Known choice) {
    remember(problem, among, choice);
    folder.write(key(problem, among), choice);
  }

  /** A version that has another way to offer chooses anew. */
  private static String key(String problem, String among) {
    return problem + ", one of " + among;
  }
}

package chladni.engine.io;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/** The name somebody probably meant, for messages about names that do not exist. */
public final class NearestName {
  private static final int LONGEST = 512;

  private NearestName() {}

  /**
   * The candidate with the fewest edits from {@code name}, if it is near enough (at most a third of
   * the longer name) to be worth saying. Ties go to the first.
   */
  public static Optional<String> of(String name, Collection<String> candidates) {
    String best = null;
    int bestDistance = Integer.MAX_VALUE;
    for (String candidate : candidates) {
      if (Math.max(name.length(), candidate.length()) > LONGEST) {
        continue;
      }
      int limit = Math.max(name.length(), candidate.length()) / 3;
      int distance = distance(name.toLowerCase(Locale.ROOT), candidate.toLowerCase(Locale.ROOT));
      if (distance <= Math.max(1, limit) && distance < bestDistance) {
        best = candidate;
        bestDistance = distance;
      }
    }
    return Optional.ofNullable(best);
  }

  /** The sentence part {@code "; did you mean 'x'?"} or nothing. */
  public static String hint(String name, Collection<String> candidates) {
    return of(name, candidates).map(near -> "; did you mean '" + near + "'?").orElse("");
  }

  /** Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment). */
  private static int distance(String a, String b) {
    int[] twoBack = new int[b.length() + 1];
    int[] previous = new int[b.length() + 1];
    int[] current = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      current[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int substitution = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        current[j] = Math.min(substitution, Math.min(previous[j], current[j - 1]) + 1);
        boolean swapped =
            i > 1
                && j > 1
                && a.charAt(i - 1) == b.charAt(j - 2)
                && a.charAt(i - 2) == b.charAt(j - 1);
        if (swapped) {
          current[j] = Math.min(current[j], twoBack[j - 2] + 1);
        }
      }
      int[] oldest = twoBack;
      twoBack = previous;
      previous = current;
      current = oldest;
    }
    return previous[b.length()];
  }
}

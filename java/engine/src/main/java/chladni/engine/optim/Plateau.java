package chladni.engine.optim;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A learning rate that falls when a figure has stopped to fall: PyTorch's ReduceLROnPlateau in mode
 * 'min'. A value: each figure gives the next one, and {@link #toMap} is what a checkpoint keeps.
 *
 * @param rate the learning rate now
 * @param best the smallest figure so far that counted as progress
 * @param bad how many in a row were none
 * @param rest how many more are not held against it, since the rate fell
 */
public record Plateau(Rule rule, double rate, double best, int bad, int rest) {
  /**
   * When and how the rate falls.
   *
   * @param factor what the rate is multiplied by
   * @param patience how many figures without progress are borne
   * @param threshold by how much a figure must be below the best to be progress
   * @param relative whether the threshold is a part of the best
   * @param cooldown after a fall, how many figures are not counted as bad
   * @param minRate where it ends
   */
  public record Rule(
      double factor,
      int patience,
      double threshold,
      boolean relative,
      int cooldown,
      double minRate) {
    /** PyTorch's defaults: a tenth after more than 10 without 1e-4 of progress. */
    public static final Rule DEFAULT = new Rule(0.1, 10, 1e-4, true, 0, 0);

    public Rule {
      if (!(factor > 0 && factor < 1)) {
        throw new IllegalArgumentException(
            "plateau: factor must be above 0 and below 1, got %s.".formatted(factor));
      }
    }
  }

  /** A smaller fall than this is none; PyTorch's eps. */
  private static final double LEAST_FALL = 1e-8;

  /** Before the first figure. */
  public static Plateau start(Rule rule, double rate) {
    return new Plateau(rule, rate, Double.POSITIVE_INFINITY, 0, 0);
  }

  /** After one more figure, such as the mean loss of an epoch; NaN is no progress. */
  public Plateau after(double figure) {
    double bound =
        rule.relative() ? best * (1 - rule.threshold()) : best - rule.threshold();
    boolean progress = figure < bound;
    int nowBad = progress || rest > 0 ? 0 : bad + 1;
    int nowRest = Math.max(0, rest - 1);
    double nowBest = progress ? figure : best;
    if (nowBad <= rule.patience()) {
      return new Plateau(rule, rate, nowBest, nowBad, nowRest);
    }
    double lower = Math.max(rate * rule.factor(), rule.minRate());
    double nowRate = rate - lower > LEAST_FALL ? lower : rate;
    return new Plateau(rule, nowRate, nowBest, 0, rule.cooldown());
  }

  /** The state without the rule, as text that loses nothing. */
  public Map<String, String> toMap() {
    Map<String, String> map = new LinkedHashMap<>();
    map.put("rate", Double.toString(rate));
    map.put("best", Double.toString(best));
    map.put("bad", Integer.toString(bad));
    map.put("rest", Integer.toString(rest));
    return map;
  }

  /**
   * The state that {@link #toMap} wrote.
   *
   * @throws IllegalArgumentException when an entry is missing or no number
   */
  public static Plateau fromMap(Rule rule, Map<String, String> map) {
    try {
      return new Plateau(
          rule,
          Double.parseDouble(map.getOrDefault("rate", "")),
          Double.parseDouble(map.getOrDefault("best", "")),
          Integer.parseInt(map.getOrDefault("bad", "")),
          Integer.parseInt(map.getOrDefault("rest", "")));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "plateau: its state must have the numbers rate, best, bad and rest, got %s."
              .formatted(map),
          e);
    }
  }
}

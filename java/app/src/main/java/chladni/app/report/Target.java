package chladni.app.report;

/**
 * A figure and what was asked of it.
 *
 * @param what in words
 * @param value the figure, NaN where it was not measured
 * @param relation how it is held against the bound
 * @param bound the bound
 * @param basis where the bound comes from, or empty
 * @param unit how both are printed
 */
public record Target(
    String what, double value, Relation relation, double bound, String basis, Unit unit) {
  /** On which side of the bound a figure must lie. */
  public enum Relation {
    ABOVE(">"),
    AT_LEAST("≥"),
    AT_MOST("≤");

    private final String sign;

    Relation(String sign) {
      this.sign = sign;
    }

    String sign() {
      return sign;
    }
  }

  /** How a figure is printed. */
  public enum Unit {
    RATE,
    R2,
    SECONDS,
    MIB
  }

  /** Whether the figure was measured and lies on the right side. */
  public boolean reached() {
    return switch (relation) {
      case ABOVE -> value > bound;
      case AT_LEAST -> value >= bound;
      case AT_MOST -> value <= bound;
    };
  }
}

package chladni.app.report;

import java.util.List;

/**
 * The losses of one network over its training.
 *
 * @param network its name
 * @param note one line beside the name: width, steps, batch
 * @param series its losses, at most six
 */
public record LossCurves(String network, String note, List<Series> series) {
  /**
   * One loss, as long as it was logged; the report draws means and ranges of about 150 spans.
   *
   * @param name of the loss, for example {@code G_L1}
   * @param steps increasing
   * @param values one per step; what is not finite is left out
   */
  public record Series(String name, double[] steps, double[] values) {
    /** Checks that each value has a step. */
    public Series {
      if (steps.length != values.length) {
        throw new IllegalArgumentException(
            "loss curve '%s': steps and values must be equally many, got %d and %d."
                .formatted(name, steps.length, values.length));
      }
    }
  }
}

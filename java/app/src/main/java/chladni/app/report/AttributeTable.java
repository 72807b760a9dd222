package chladni.app.report;

import chladni.sound2image.evaluation.AttributeFidelity;
import java.util.List;
import java.util.OptionalDouble;

/**
 * What of a sound's attributes can be read from the generated picture, and what a linear probe
 * reads from the layers on the way.
 *
 * @param layers the probed layers, in the order in which data passes them, for example pool5,
 *     multimodal, fc6
 * @param ceilingLayer index in {@code layers} of the one that the targets call the ceiling
 * @param rows one per attribute, at least one
 */
public record AttributeTable(List<String> layers, int ceilingLayer, List<Row> rows) {
  /**
   * One attribute.
   *
   * @param sound what the sound calls it, for example pitch
   * @param picture what the picture calls it, for example height
   * @param fidelity R² between sound and generated picture, within class
   * @param inOriginal the same R² measured in the original pictures, where it was: what noise and
   *     measurement leave
   * @param ceilings held-out R² of the probe at each layer
   */
  public record Row(
      String sound,
      String picture,
      AttributeFidelity fidelity,
      OptionalDouble inOriginal,
      List<Double> ceilings) {}

  /** Checks that every row has a ceiling per layer. */
  public AttributeTable {
    if (rows.isEmpty() || ceilingLayer < 0 || ceilingLayer >= layers.size()) {
      throw new IllegalArgumentException(
          "attribute table: needs a row and a ceiling layer in [0, %d), got %d rows and layer %d."
              .formatted(layers.size(), rows.size(), ceilingLayer));
    }
    for (Row row : rows) {
      if (row.ceilings().size() != layers.size()) {
        throw new IllegalArgumentException(
            "attribute '%s': one ceiling per layer is needed, got %d for %s."
                .formatted(row.sound(), row.ceilings().size(), layers));
      }
    }
  }

  /** Mean R² of the generated pictures. */
  public double meanR2() {
    return rows.stream().mapToDouble(row -> row.fidelity().r2()).average().orElseThrow();
  }

  /** Mean R² of the probes at one layer. */
  public double meanCeiling(int layer) {
    return rows.stream().mapToDouble(row -> row.ceilings().get(layer)).average().orElseThrow();
  }

  /** Mean R² of the probes at the ceiling layer. */
  public double meanCeiling() {
    return meanCeiling(ceilingLayer);
  }
}

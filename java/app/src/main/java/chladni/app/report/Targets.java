package chladni.app.report;

import chladni.app.report.Target.Relation;
import chladni.app.report.Target.Unit;
import chladni.sound2image.evaluation.MatchRates;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What the demo promises on two cores. A figure that a target needs and that was not measured
 * misses it.
 */
public final class Targets {
  /** Wall-clock time of the whole demo. */
  public static final double SECONDS = 360;

  /** Resident memory of all processes. */
  public static final double RSS_MIB = 4096;

  private static final double LIFT = 3;
  private static final double RECALL = 0.30;
  private static final double RETRIEVAL_TRAIN = 0.471;
  private static final double RETRIEVAL_HELD_OUT = 0.253;
  private static final double SHARE_OF_CEILING = 0.5;
  private static final double PRECISION = 0.95;

  private Targets() {}

  /** The targets of a demo run; none for any other run. */
  public static List<Target> of(ReportData data) {
    return data.demoTargets() ? of(data, Metrics.of(data)) : List.of();
  }

  static List<Target> of(ReportData data, List<Metric> metrics) {
    Map<String, Double> values =
        metrics.stream().collect(Collectors.toMap(Metric::key, Metric::value));
    List<Target> targets = new ArrayList<>();
    for (int k : MatchRates.KS) {
      targets.add(
          new Target(
              "Top-%d match".formatted(k),
              value(values, "top%d_match".formatted(k)),
              Relation.ABOVE,
              MatchRates.PAPER.at(k),
              "the paper’s rate",
              Unit.RATE));
    }
    for (int k : MatchRates.KS) {
      double shuffled = value(values, "top%d_shuffled".formatted(k));
      targets.add(
          new Target(
              "Top-%d match".formatted(k),
              value(values, "top%d_match".formatted(k)),
              Relation.AT_LEAST,
              LIFT * shuffled,
              "3 × shuffled pairs",
              Unit.RATE));
    }
    targets.add(
        new Target(
            "Top-1 match",
            value(values, "top1_match"),
            Relation.ABOVE,
            value(values, "top1_class_mean"),
            "the class-mean picture",
            Unit.RATE));
    targets.add(
        new Target(
            "Original among the first 10 of 100",
            value(values, "recall_at_10_of_100"),
            Relation.AT_LEAST,
            RECALL,
            "3 × chance",
            Unit.RATE));
    targets.add(
        new Target(
            "Nearest sound, training clips",
            value(values, "retrieval_post_train"),
            Relation.AT_LEAST,
            RETRIEVAL_TRAIN,
            "the paper’s rate",
            Unit.RATE));
    targets.add(
        new Target(
            "Nearest sound, held-out clips",
            value(values, "retrieval_post_heldout"),
            Relation.AT_LEAST,
            RETRIEVAL_HELD_OUT,
            "the paper’s rate",
            Unit.RATE));
    targets.add(
        new Target(
            "Mean attribute R²",
            value(values, "attribute_r2_mean"),
            Relation.AT_LEAST,
            SHARE_OF_CEILING * value(values, "attribute_r2_ceiling"),
            "half its ceiling",
            Unit.R2));
    targets.add(
        new Target(
            "Selection precision",
            value(values, "selection_precision"),
            Relation.AT_LEAST,
            PRECISION,
            "",
            Unit.RATE));
    targets.add(
        new Target(
            "Time of the whole run",
            data.header().secondsTotal(),
            Relation.AT_MOST,
            SECONDS,
            "on two cores",
            Unit.SECONDS));
    targets.add(
        new Target(
            "Memory of all processes",
            data.header().peakRssMib().orElse(Double.NaN),
            Relation.AT_MOST,
            RSS_MIB,
            "resident",
            Unit.MIB));
    return List.copyOf(targets);
  }

  private static double value(Map<String, Double> values, String key) {
    return values.getOrDefault(key, Double.NaN);
  }
}

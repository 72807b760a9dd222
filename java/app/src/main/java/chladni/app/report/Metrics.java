package chladni.app.report;

import chladni.sound2image.evaluation.MatchRates;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Every figure of a report under the key that it has in {@code metrics.json}. The file is one flat
 * object; rates are fractions; the key of a figure that was not measured is absent, and a figure
 * that is no finite number is {@code null}.
 *
 * <table>
 * <caption>Keys</caption>
 * <tr><td>{@code seed}</td><td>seed of the run</td></tr>
 * <tr><td>{@code seconds_total}, {@code peak_rss_mib}</td><td>wall-clock time; largest resident
 *     memory of all processes together</td></tr>
 * <tr><td>{@code seconds_STAGE}, {@code peak_rss_mib_STAGE}</td><td>the same per stage</td></tr>
 * <tr><td>{@code clips_total}, {@code clips_kept}, {@code clips_train}, {@code clips_heldout},
 *     {@code clips_failed}</td><td>number of clips offered, kept by the selection, in each split,
 *     and skipped with a reason</td></tr>
 * <tr><td>{@code selection_precision}, {@code selection_recall}</td><td>fraction of kept clips that
 *     match; fraction of matching clips that were kept</td></tr>
 * <tr><td>{@code retrieval_pre_train}, {@code retrieval_pre_heldout}, {@code retrieval_post_train},
 *     {@code retrieval_post_heldout}</td><td>class match of the nearest sound before and after the
 *     activation</td></tr>
 * <tr><td>{@code retrieval_chance_train}, {@code retrieval_chance_heldout}</td><td>the same for a
 *     sound drawn at random</td></tr>
 * <tr><td>{@code topK_match} for K in 1, 3, 5, 10</td><td>generated and original share one of their K
 *     best labels</td></tr>
 * <tr><td>{@code topK_shuffled}, {@code topK_class_mean}, {@code topK_nearest_neighbour},
 *     {@code topK_chance}</td><td>the same for exchanged pairs, for the class-mean and the
 *     nearest-neighbour generator, and for random label sets</td></tr>
 * <tr><td>{@code judged_pairs}, {@code judge_labels}, {@code judge_accuracy},
 *     {@code judge_class_accuracy}</td><td>what the judge knows and how well</td></tr>
 * <tr><td>{@code recall_at_1_of_N}, {@code recall_at_5_of_N}, {@code recall_at_10_of_N}</td><td>the
 *     original ranks that high among N held-out pictures (N = 100 in the demo)</td></tr>
 * <tr><td>{@code attribute_r2_mean}, {@code attribute_r2_ceiling}</td><td>mean R² of all attributes
 *     in the generated pictures, and of the probes at the ceiling layer</td></tr>
 * <tr><td>{@code attribute_r2_NAME}, {@code attribute_r2_original_NAME},
 *     {@code attribute_r2_probe_LAYER}, {@code attribute_r2_probe_LAYER_NAME}</td><td>the same per
 *     attribute, in the original pictures, and per probed layer</td></tr>
 * <tr><td>{@code loss_final_NETWORK_NAME}</td><td>mean of a loss over the last twentieth of its
 *     log</td></tr>
 * <tr><td>{@code targets_reached}, {@code targets_total}</td><td>targets of the demo</td></tr>
 * </table>
 */
public final class Metrics {
  private final List<Metric> metrics = new ArrayList<>();

  private Metrics() {}

  /** All figures, in the order of the table above. */
  public static List<Metric> of(ReportData data) {
    Metrics all = new Metrics();
    all.run(data);
    data.selection().ifPresent(all::selection);
    if (!data.failures().isEmpty() || data.selection().isPresent()) {
      all.add("clips_failed", data.failures().size(), "clips skipped with a reason");
    }
    data.retrieval().ifPresent(all::retrieval);
    data.matches().ifPresent(all::matches);
    data.judge().ifPresent(all::judge);
    data.recall()
        .ifPresent(
            recall -> {
              for (int k : new int[] {1, 5, 10}) {
                all.add(
                    "recall_at_%d_of_%d".formatted(k, recall.candidates()),
                    recall.at(k),
                    "original ranks among the first %d of %d held-out pictures by judge features"
                        .formatted(k, recall.candidates()));
              }
            });
    data.attributes().ifPresent(all::attributes);
    for (LossCurves curves : data.losses()) {
      for (LossCurves.Series series : curves.series()) {
        all.add(
            "loss_final_" + key(curves.network()) + "_" + key(series.name()),
            Curve.of(series).last(),
            "mean of %s of %s over the last twentieth of its log"
                .formatted(series.name(), curves.network()));
      }
    }
    if (data.demoTargets()) {
      List<Target> targets = Targets.of(data, all.metrics);
      long reached = targets.stream().filter(Target::reached).count();
      all.add("targets_reached", reached, "targets of the demo that were reached");
      all.add("targets_total", targets.size(), "targets of the demo");
    }
    return List.copyOf(all.metrics);
  }

  /** The stem of a key: lower case, other characters than letters and digits as underscores. */
  static String key(String name) {
    return name.toLowerCase(Locale.ROOT)
        .replaceAll("[^\\p{L}\\p{N}]+", "_")
        .replaceAll("^_|_$", "");
  }

  private void run(ReportData data) {
    RunHeader header = data.header();
    add("seconds_total", header.secondsTotal(), "wall-clock time of the run, in seconds");
    add("peak_rss_mib", header.peakRssMib(), "largest resident memory of all processes, in MiB");
    for (Stage stage : data.stages()) {
      String name = key(stage.name());
      add("seconds_" + name, stage.seconds(), "wall-clock time of " + stage.name());
      add("peak_rss_mib_" + name, stage.peakRssMib(), "largest memory during " + stage.name());
    }
  }

  private void selection(Selection table) {
    add("clips_total", table.clips(), "clips offered to the selection");
    add("clips_kept", table.kept(), "clips whose sound and picture share a top-3 label");
    add("clips_train", table.train(), "kept clips that train");
    add("clips_heldout", table.heldOut(), "kept clips that no judged network saw");
    table
        .quality()
        .ifPresent(
            quality -> {
              add("selection_precision", quality.precision(), "fraction of kept clips that match");
              add("selection_recall", quality.recall(), "fraction of matching clips kept");
            });
  }

  private void retrieval(RetrievalTable t) {
    String meaning = "class match of each image's nearest sound, %s the activation, %s clips";
    add("retrieval_pre_train", t.preTrain(), meaning.formatted("before", "training"));
    add("retrieval_pre_heldout", t.preHeldOut(), meaning.formatted("before", "held-out"));
    add("retrieval_post_train", t.postTrain(), meaning.formatted("after", "training"));
    add("retrieval_post_heldout", t.postHeldOut(), meaning.formatted("after", "held-out"));
    add("retrieval_chance_train", t.chanceTrain(), "the same for a random training sound");
    add("retrieval_chance_heldout", t.chanceHeldOut(), "the same for a random held-out sound");
  }

  private void matches(MatchTable table) {
    rates("match", Optional.of(table.generated()), "generated and original");
    rates("shuffled", Optional.of(table.shuffled()), "generated and another clip's original");
    rates("class_mean", table.classMean(), "the class-mean picture and the original");
    rates(
        "nearest_neighbour",
        table.nearestNeighbour(),
        "the picture of the nearest training sound and the original");
    rates("chance", Optional.of(table.chance()), "two random label sets");
    add("judged_pairs", table.pairs(), "held-out pairs that were judged");
  }

  private void rates(String name, Optional<MatchRates> rates, String who) {
    rates.ifPresent(
        r -> {
          for (int k : MatchRates.KS) {
            String meaning = who + (k == 1 ? " share the best label" : " share one of " + k);
            add("top%d_%s".formatted(k, name), r.at(k), meaning);
          }
        });
  }

  private void judge(Judge judge) {
    add("judge_labels", judge.labels(), "labels the judge knows");
    add("judge_accuracy", judge.accuracy(), "the judge's accuracy on fresh pictures");
    add("judge_class_accuracy", judge.classAccuracy(), "the same, counting the class only");
  }

  private void attributes(AttributeTable table) {
    add("attribute_r2_mean", table.meanR2(), "mean R² of all attributes in generated pictures");
    add(
        "attribute_r2_ceiling",
        table.meanCeiling(),
        "mean held-out R² of linear probes at " + table.layers().get(table.ceilingLayer()));
    for (AttributeTable.Row row : table.rows()) {
      String name = key(row.sound());
      add(
          "attribute_r2_" + name,
          row.fidelity().r2(),
          "R² of %s and the generated picture's %s".formatted(row.sound(), row.picture()));
      add(
          "attribute_r2_original_" + name,
          row.inOriginal(),
          "R² of %s and the original picture's %s".formatted(row.sound(), row.picture()));
    }
    for (int layer = 0; layer < table.layers().size(); layer++) {
      String stem = "attribute_r2_probe_" + key(table.layers().get(layer));
      String meaning = "held-out R² of linear probes at %s".formatted(table.layers().get(layer));
      add(stem, table.meanCeiling(layer), "mean " + meaning);
      for (AttributeTable.Row row : table.rows()) {
        String key = stem + "_" + key(row.sound());
        add(key, row.ceilings().get(layer), meaning + ", " + row.sound());
      }
    }
  }

  private void add(String key, OptionalDouble value, String meaning) {
    value.ifPresent(v -> add(key, v, meaning));
  }

  private void add(String key, double value, String meaning) {
    if (metrics.stream().anyMatch(metric -> metric.key().equals(key))) {
      throw new IllegalArgumentException(
          "report: metric keys must be unique, got '%s' twice. Rename a stage, loss or attribute."
              .formatted(key));
    }
    metrics.add(new Metric(key, value, meaning));
  }
}

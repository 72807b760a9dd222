package chladni.app.report;

import chladni.sound2image.evaluation.RecallAtK;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Everything that the report of a run shows. Only the header is needed; a section without data is
 * left out of the page and its keys out of {@code metrics.json}.
 *
 * @param header the run
 * @param selection paper, Fig. 2
 * @param losses one chart per network
 * @param restorations paper, Fig. 3
 * @param retrieval paper, Fig. 5
 * @param sounds paper, Fig. 6
 * @param matches paper, Fig. 7
 * @param recall rank of the original by the judge's features
 * @param attributes attribute fidelity and its ceilings
 * @param judge the judge's own accuracy
 * @param stages time and memory, in order of execution
 * @param failures clips that were skipped
 * @param notes closing remarks, one paragraph each: why a target was missed
 * @param demoTargets whether the demo's targets apply; a figure that a target needs and that is
 *     absent then counts as missed
 */
public record ReportData(
    RunHeader header,
    Optional<Selection> selection,
    List<LossCurves> losses,
    List<Restoration> restorations,
    Optional<RetrievalTable> retrieval,
    List<SoundToPicture> sounds,
    Optional<MatchTable> matches,
    Optional<RecallAtK> recall,
    Optional<AttributeTable> attributes,
    Optional<Judge> judge,
    List<Stage> stages,
    List<Failure> failures,
    List<String> notes,
    boolean demoTargets) {
  /** Starts a report with a header alone. */
  public static Builder of(RunHeader header) {
    return new Builder(header);
  }

  /** Collects the sections in any order. */
  public static final class Builder {
    private final RunHeader header;
    private final List<LossCurves> losses = new ArrayList<>();
    private final List<Restoration> restorations = new ArrayList<>();
    private final List<SoundToPicture> sounds = new ArrayList<>();
    private final List<Stage> stages = new ArrayList<>();
    private final List<Failure> failures = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private Optional<Selection> selection = Optional.empty();
    private Optional<RetrievalTable> retrieval = Optional.empty();
    private Optional<MatchTable> matches = Optional.empty();
    private Optional<RecallAtK> recall = Optional.empty();
    private Optional<AttributeTable> attributes = Optional.empty();
    private Optional<Judge> judge = Optional.empty();
    private boolean demoTargets;

    private Builder(RunHeader header) {
      this.header = header;
    }

    public Builder selection(Selection table) {
      selection = Optional.of(table);
      return this;
    }

    public Builder losses(LossCurves curves) {
      losses.add(curves);
      return this;
    }

    public Builder restorations(List<Restoration> pairs) {
      restorations.addAll(pairs);
      return this;
    }

    public Builder retrieval(RetrievalTable table) {
      retrieval = Optional.of(table);
      return this;
    }

    public Builder sounds(List<SoundToPicture> examples) {
      sounds.addAll(examples);
      return this;
    }

    public Builder matches(MatchTable table) {
      matches = Optional.of(table);
      return this;
    }

    public Builder recall(RecallAtK measured) {
      recall = Optional.of(measured);
      return this;
    }

    public Builder attributes(AttributeTable table) {
      attributes = Optional.of(table);
      return this;
    }

    public Builder judge(Judge measured) {
      judge = Optional.of(measured);
      return this;
    }

    public Builder stage(Stage stage) {
      stages.add(stage);
      return this;
    }

    public Builder failures(List<Failure> skipped) {
      failures.addAll(skipped);
      return this;
    }

    public Builder note(String paragraph) {
      notes.add(paragraph);
      return this;
    }

    /** Holds the run against the targets of the demo. */
    public Builder demoTargets() {
      demoTargets = true;
      return this;
    }

    public ReportData build() {
      return new ReportData(
          header,
          selection,
          List.copyOf(losses),
          List.copyOf(restorations),
          retrieval,
          List.copyOf(sounds),
          matches,
          recall,
          attributes,
          judge,
          List.copyOf(stages),
          List.copyOf(failures),
          List.copyOf(notes),
          demoTargets);
    }
  }
}

package chladni.sound2image.training;

import chladni.engine.backend.Listing;
import chladni.sound2image.dataset.Fingerprint;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What the last bits of a training depend on beside its configuration: the backend with its
 * libraries and instruction set, the number of threads, and the implementation that was chosen for
 * each step of the program. Two runs that agree in all of it agree in every bit.
 */
final class MadeOn {
  private static final String BACKEND = Checkpoint.MADE_ON + "backend";
  private static final String THREADS = Checkpoint.MADE_ON + "threads";
  private static final String IMPLEMENTATIONS = Checkpoint.MADE_ON + "implementations";

  /** What was chosen where there was a choice, a line for each problem; absent where there was none. */
  private static final String CHOICES = Checkpoint.MADE_ON + "choices";

  private static final String BETWEEN = " = ";

  /** The changes that a run has seen; absent where it is bit-equal to one that was never stopped. */
  private static final String MOVED = Checkpoint.MADE_ON + "moved";

  private static final List<String> KEYS = List.of(BACKEND, THREADS, IMPLEMENTATIONS);

  private MadeOn() {}

  static Map<String, String> of(TrainingStep training) {
    Map<String, String> m = new LinkedHashMap<>();
    m.put(BACKEND, training.backend().description());
    m.put(THREADS, Integer.toString(training.backend().threads()));
    m.put(IMPLEMENTATIONS, implementations(training));
    String choices =
        training.program().choices().entrySet().stream()
            .map(e -> e.getKey() + BETWEEN + e.getValue())
            .collect(Collectors.joining("\n"));
    if (!choices.isEmpty()) {
      m.put(CHOICES, choices);
    }
    return m;
  }

  /** The choices of the backend as a checkpoint has them. */
  static Map<String, String> choices(Map<String, String> checkpoint) {
    return checkpoint
        .getOrDefault(CHOICES, "")
        .lines()
        .filter(line -> line.contains(BETWEEN))
        .collect(
            Collectors.toMap(
                line -> line.substring(0, line.lastIndexOf(BETWEEN)),
                line -> line.substring(line.lastIndexOf(BETWEEN) + BETWEEN.length()),
                (_, last) -> last));
  }

  /** Of what was chosen for each step and of the layouts that it reads and writes. */
  private static String implementations(TrainingStep training) {
    Fingerprint fingerprint = new Fingerprint();
    for (Listing.Step step : training.program().listing().steps()) {
      fingerprint.add(step.label()).add(step.implementation());
      step.reads().forEach(tensor -> fingerprint.add(tensor.layout()));
      step.writes().forEach(tensor -> fingerprint.add(tensor.layout()));
    }
    return fingerprint.toString();
  }

  /** What differs from where a checkpoint was made; empty when the run goes on bit for bit. */
  static String difference(Map<String, String> checkpoint, Map<String, String> now) {
    List<String> differences = new ArrayList<>();
    for (String key : KEYS) {
      if (!now.get(key).equals(checkpoint.get(key))) {
        differences.add(
            "%s: %s -> %s"
                .formatted(
                    key.substring(Checkpoint.MADE_ON.length()),
                    checkpoint.getOrDefault(key, "unknown"),
                    now.get(key)));
      }
    }
    return String.join(", ", differences);
  }

  /** Remembers a change for good. */
  static void move(Checkpoint from, String difference, Map<String, String> now) {
    String before = from.metadata().get(MOVED);
    String move = difference.isEmpty() ? null : "after step " + from.step() + ": " + difference;
    if (before != null || move != null) {
      now.put(MOVED, before == null ? move : move == null ? before : before + "\n" + move);
    }
  }
}

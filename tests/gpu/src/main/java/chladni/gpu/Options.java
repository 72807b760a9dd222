package chladni.gpu;

import chladni.engine.Engine;
import chladni.engine.backend.BackendOptions;
import chladni.engine.backend.Precision;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/**
 * What was asked of a part.
 *
 * @param works {@code step}, {@code inference}, or empty for both
 * @param batches as given, or empty for those of the part
 * @param precisions as given, or empty for all that the backend has
 * @param tune whether convolutions are timed and the fastest taken
 * @param deadline of {@link System#nanoTime}, after which nothing new is begun
 */
record Options(
    String part,
    Path out,
    List<String> works,
    List<Integer> batches,
    List<Precision> precisions,
    boolean tune,
    long deadline) {
  /** What has begun by then ends within nine minutes. */
  private static final int BUDGET_SECONDS = 420;

  static Options parse(String[] args) {
    Path out = Path.of("gpu-results");
    List<String> works = List.of();
    List<Integer> batches = List.of();
    List<Precision> precisions = List.of();
    boolean tune = false;
    int budget = BUDGET_SECONDS;
    for (int i = 1; i + 1 < args.length; i += 2) {
      String value = args[i + 1];
      switch (args[i]) {
        case "--out" -> out = Path.of(value);
        case "--work" -> works = List.of(value.split(","));
        case "--batch" -> batches = Arrays.stream(value.split(",")).map(Integer::valueOf).toList();
        case "--precision" ->
            precisions = Arrays.stream(value.split(",")).map(Precision::valueOf).toList();
        case "--tune" -> tune = Boolean.parseBoolean(value);
        case "--budget" -> budget = Integer.parseInt(value);
        default -> throw new IllegalArgumentException(args[i]);
      }
    }
    return new Options(
        args[0],
        out,
        works,
        batches,
        precisions,
        tune,
        System.nanoTime() + budget * 1_000_000_000L);
  }

  Engine open() {
    return Engine.open("cuda", BackendOptions.DEFAULT.withTune(tune));
  }

  /** Whether the stand-ins take the card's place: everything is tiny then. */
  static boolean softgpu() {
    return "1".equals(System.getenv("CHLADNI_SOFTGPU"));
  }

  boolean late() {
    return System.nanoTime() > deadline;
  }

  List<String> works(String... usual) {
    return works.isEmpty() ? List.of(usual) : works;
  }

  /** The batches to measure. */
  List<Integer> batches(Integer... usual) {
    if (!batches.isEmpty()) {
      return batches;
    }
    return softgpu() ? List.of(1) : List.of(usual);
  }

  /** Those that are there and asked for, the fastest first. */
  List<Precision> precisions(Set<Precision> there) {
    return there.stream()
        .filter(p -> precisions.isEmpty() || precisions.contains(p))
        .sorted(Comparator.reverseOrder())
        .toList();
  }
}

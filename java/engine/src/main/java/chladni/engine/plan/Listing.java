package chladni.engine.plan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;

/** A plan for people: one line for each step, then the totals. */
final class Listing {
  private Listing() {}

  /**
   * Describes what runs and where its results lie.
   *
   * @param implementation what the backend chose for a step, such as the name of a primitive
   */
  static String of(Plan plan, MemoryPlan memory, Function<Step, String> implementation) {
    List<String> lines = new ArrayList<>();
    int[] counts = new int[4];
    for (int i = 0; i < plan.steps().size(); i++) {
      Step step = plan.steps().get(i);
      counts[kind(step)]++;
      lines.add(
          "%4d %s: %s | %s | %s"
              .formatted(
                  i,
                  what(step),
                  step.label(),
                  implementation.apply(step),
                  step.writes().stream()
                      .map(b -> place(b, memory))
                      .collect(Collectors.joining(", "))));
    }
    lines.add(
        "%d steps: %d operations, %d elementwise, %d reductions, %d copies; arena %.1f MiB"
            .formatted(
                plan.steps().size(),
                counts[0],
                counts[1],
                counts[2],
                counts[3],
                memory.bytes() / 0x1p20));
    return String.join("\n", lines);
  }

  private static int kind(Step step) {
    return switch (step) {
      case OpStep _ -> 0;
      case ElementwiseStep _ -> 1;
      case ReductionStep _ -> 2;
      case CopyStep _ -> 3;
    };
  }

  private static String what(Step step) {
    return switch (step) {
      case OpStep s when s.epilogue().isEmpty() -> "op";
      case OpStep s ->
          s.epilogue().stream()
              .map(e -> e.op().name())
              .collect(Collectors.joining("+", "op+", ""));
      case ElementwiseStep s ->
          "elementwise " + kernel(s.space(), s.loads().size(), s.instrs().size());
      case ReductionStep s ->
          s.kind().name().toLowerCase(Locale.ROOT)
              + " "
              + kernel(s.space(), s.loads().size(), s.instrs().size())
              + " over "
              + reduced(s.reduced());
      case CopyStep s -> "copy " + name(s.from().layout()) + " to " + name(s.to().layout());
    };
  }

  private static String kernel(int[] space, int loads, int instrs) {
    boolean family = space.length == 1 && space[0] == Space.FAMILY;
    String extents = family ? "[family]" : Arrays.toString(space);
    return "%s %d loads %d instrs".formatted(extents, loads, instrs);
  }

  private static String reduced(boolean[] axes) {
    List<Integer> over = new ArrayList<>();
    for (int i = 0; i < axes.length; i++) {
      if (axes[i]) {
        over.add(i);
      }
    }
    return over.toString();
  }

  private static String place(Buffer b, MemoryPlan memory) {
    String where =
        switch (b.root().place()) {
          case Place.Arena _ -> "arena+" + memory.offset(b);
          case Place.OfVariable(String name) -> "variable " + name;
          case Place.OfInput(String name) -> "input " + name;
          case Place.OfOutput(String name) -> "output " + name;
          case Place.Alias _ -> throw new IllegalStateException("a root is no alias");
        };
    String half = b.format() == Format.BFLOAT16 ? " bf16" : "";
    return "@%d %s%s %s".formatted(b.id(), name(b.layout()), half, where);
  }

  private static String name(Layout layout) {
    return layout.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}

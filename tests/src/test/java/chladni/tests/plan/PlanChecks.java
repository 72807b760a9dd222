package chladni.tests.plan;

import static org.assertj.core.api.Assertions.assertThat;

import chladni.engine.graph.Product;
import chladni.engine.plan.Buffer;
import chladni.engine.plan.CopyStep;
import chladni.engine.plan.ElementwiseStep;
import chladni.engine.plan.Epilogue;
import chladni.engine.plan.Format;
import chladni.engine.plan.Layout;
import chladni.engine.plan.Load;
import chladni.engine.plan.MemoryPlan;
import chladni.engine.plan.OpStep;
import chladni.engine.plan.Place;
import chladni.engine.plan.Plan;
import chladni.engine.plan.ReductionStep;
import chladni.engine.plan.Space;
import chladni.engine.plan.Step;
import chladni.engine.plan.View;
import chladni.engine.plan.Write;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.ToLongFunction;

/** What must hold for every plan. */
final class PlanChecks {
  private PlanChecks() {}

  static void check(Plan plan) {
    everyReadWasWritten(plan);
    assignmentsFollowTheLastRead(plan);
    kernelsStayWithinLimits(plan);
    liveBuffersAreApart(plan);
    onlyProductsTakeBfloat16(plan);
  }

  static void onlyProductsTakeBfloat16(Plan plan) {
    for (Step step : plan.steps()) {
      List<Buffer> all = new ArrayList<>();
      switch (step) {
        case ElementwiseStep s -> all.addAll(s.reads());
        case ReductionStep s -> {
          all.addAll(s.reads());
          all.addAll(s.writes());
        }
        case CopyStep s -> all.addAll(List.of(s.from(), s.to()));
        case OpStep s when s.node().op() instanceof Product ->
            s.epilogue().stream().map(Epilogue::operand).filter(Objects::nonNull).forEach(all::add);
        case OpStep s -> {
          all.addAll(s.inputs());
          all.add(s.output());
        }
      }
      assertThat(all).as(step.label()).allMatch(b -> b.format() == Format.SINGLE);
    }
  }

  static void everyReadWasWritten(Plan plan) {
    Set<Buffer> written = new HashSet<>(plan.inputs().values());
    for (Step step : plan.steps()) {
      for (Buffer b : step.reads()) {
        boolean old = b.place() instanceof Place.OfVariable && !isNew(plan, b);
        assertThat(old || written.contains(b)).as("%s reads %s", step.label(), b).isTrue();
      }
      written.addAll(step.writes());
    }
    plan.outputs()
        .forEach((name, b) -> assertThat(written).as("output %s", name).contains(b.root()));
  }

  private static boolean isNew(Plan plan, Buffer b) {
    return plan.steps().stream().anyMatch(s -> s.writes().contains(b));
  }

  static void assignmentsFollowTheLastRead(Plan plan) {
    Set<Place> replaced = new HashSet<>();
    for (Step step : plan.steps()) {
      for (Buffer b : step.reads()) {
        if (b.place() instanceof Place.OfVariable && !isNew(plan, b)) {
          assertThat(replaced)
              .as("%s reads an old version", step.label())
              .doesNotContain(b.place());
        }
      }
      for (Buffer b : step.writes()) {
        if (b.place() instanceof Place.OfVariable) {
          replaced.add(b.place());
        }
      }
    }
  }

  static void kernelsStayWithinLimits(Plan plan) {
    for (Step step : plan.steps()) {
      switch (step) {
        case ElementwiseStep s ->
            limits(s.space(), s.loads(), s.instrs().size(), s.writesTo(), step);
        case ReductionStep s -> limits(s.space(), s.loads(), s.instrs().size(), s.writesTo(), step);
        default -> {}
      }
    }
  }

  private static void limits(
      int[] space, List<Load> loads, int instrs, List<Write> writes, Step step) {
    assertThat(space.length).as(step.label()).isLessThanOrEqualTo(Space.MAX_RANK);
    assertThat(loads.size()).as(step.label()).isLessThanOrEqualTo(16);
    assertThat(instrs).as(step.label()).isLessThanOrEqualTo(48);
    assertThat(writes.size()).as(step.label()).isBetween(1, 8);
    boolean family = space.length == 1 && space[0] == Space.FAMILY;
    for (Load load : loads) {
      if (load instanceof View v) {
        boolean packed = v.buffer().layout() == Layout.PACKED;
        assertThat(packed).as("%s in %s", v, step.label()).isEqualTo(family && v.strides()[0] == 1);
      }
    }
  }

  /**
   * No two buffers overlap while both are alive, but where a result legally replaces an operand.
   */
  static void liveBuffersAreApart(Plan plan) {
    ToLongFunction<Buffer> bytes = b -> b.format().bytes() * b.type().shape().elements();
    MemoryPlan memory = plan.memory(bytes);
    Map<Buffer, int[]> life = new HashMap<>();
    for (int i = 0; i < plan.steps().size(); i++) {
      int at = i;
      Step step = plan.steps().get(i);
      for (List<Buffer> some : List.of(step.writes(), step.reads())) {
        some.stream()
            .filter(b -> b.place() instanceof Place.Arena)
            .forEach(b -> life.computeIfAbsent(b, _ -> new int[] {at, at})[1] = at);
      }
    }
    List<Buffer> all = List.copyOf(life.keySet());
    for (Buffer a : all) {
      assertThat(memory.offset(a) % MemoryPlan.ALIGNMENT).isZero();
      assertThat(memory.offset(a) + bytes.applyAsLong(a)).isLessThanOrEqualTo(memory.bytes());
      for (Buffer b : all) {
        int[] x = life.get(a);
        int[] y = life.get(b);
        boolean together = x[0] <= y[1] && y[0] <= x[1];
        boolean overlap =
            memory.offset(a) < memory.offset(b) + bytes.applyAsLong(b)
                && memory.offset(b) < memory.offset(a) + bytes.applyAsLong(a);
        if (a.id() < b.id() && together && overlap) {
          Buffer operand = x[0] < y[0] ? a : b;
          Buffer result = operand == a ? b : a;
          int at = life.get(result)[0];
          assertThat(life.get(operand)[1]).as("%s under %s", result, operand).isEqualTo(at);
          assertThat(memory.offset(a)).isEqualTo(memory.offset(b));
          assertThat(result.format()).isEqualTo(operand.format());
          mayReplace(plan.steps().get(at), operand, result);
        }
      }
    }
  }

  private static void mayReplace(Step step, Buffer operand, Buffer result) {
    switch (step) {
      case ElementwiseStep s -> {
        View to =
            s.writesTo().stream()
                .map(Write::to)
                .filter(v -> v.buffer().root().equals(result))
                .findFirst()
                .orElseThrow();
        for (Load load : s.loads()) {
          if (load instanceof View v && v.buffer().root().equals(operand)) {
            assertThat(v.offset()).isEqualTo(to.offset());
            assertThat(Arrays.equals(v.strides(), to.strides())).as(step.label()).isTrue();
          }
        }
      }
      case OpStep s -> assertThat(s.node().op().name()).isEqualTo("dropout");
      default -> throw new AssertionError(step.label() + " works in place");
    }
  }
}

package chladni.tests.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import chladni.engine.backend.Backend;
import chladni.engine.backend.Precision;
import chladni.engine.backend.Program;
import chladni.engine.backend.Store;
import chladni.engine.backend.reference.ReferenceBackend;
import chladni.engine.graph.DType;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Product;
import chladni.engine.graph.Variable;
import chladni.engine.plan.Format;
import chladni.engine.plan.OpStep;
import chladni.engine.plan.Plan;
import chladni.engine.plan.Planner;
import chladni.engine.plan.Step;
import java.util.Arrays;
import java.util.Random;

/** One graph run twice: by the reference as it stands, and as its plan says. */
final class Twin {
  private Twin() {}

  /**
   * Runs so many steps with new inputs each and compares outputs and variables after each; once for
   * each format of operands.
   *
   * @return the plan for operands of 32 bits
   */
  static Plan agrees(Graph graph, int steps, long seed) {
    for (Format products : Format.values()) {
      Plan plan = Planner.plan(graph, products);
      PlanChecks.check(plan);
      plan.steps().forEach(step -> takes(step, products));
      agrees(graph, plan, steps, seed);
    }
    return Planner.plan(graph);
  }

  private static void takes(Step step, Format products) {
    if (step instanceof OpStep op && op.node().op() instanceof Product) {
      assertThat(op.inputs().get(0).format()).as(op.label()).isEqualTo(products);
    }
  }

  private static void agrees(Graph graph, Plan plan, int steps, long seed) {
    Random random = new Random(seed);
    try (Backend backend = new ReferenceBackend();
        Store expected = backend.newStore(seed, Precision.FP64);
        Store actual = backend.newStore(seed, Precision.FP64);
        Program program = backend.compile(graph, expected, Precision.FP64);
        PlanInterpreter interpreter = new PlanInterpreter(plan, backend, actual)) {
      graph.variables().forEach(actual::declare);
      for (int step = 0; step < steps; step++) {
        graph
            .inputs()
            .forEach(
                (name, node) -> {
                  int n = (int) node.shape().elements();
                  if (node.dtype() == DType.INT32) {
                    int[] labels = random.ints(n, 0, 3).toArray();
                    program.write(name, labels);
                    interpreter.write(name, Arrays.stream(labels).asDoubleStream().toArray());
                  } else {
                    double[] values = random.doubles(n, -1, 1).toArray();
                    program.write(name, values);
                    interpreter.write(name, values);
                  }
                });
        program.run();
        interpreter.run();
        String when = "step " + step + " of ";
        graph
            .outputs()
            .forEach(
                (name, node) ->
                    same(
                        when + name,
                        interpreter.read(name),
                        node.dtype() == DType.FLOAT
                            ? program.readDoubles(name)
                            : doubles(program.readInts(name))));
        for (Variable v : graph.variables()) {
          same(when + v.name(), values(actual, v), values(expected, v));
        }
      }
    }
  }

  private static double[] values(Store store, Variable v) {
    return v.type().dtype() == DType.FLOAT
        ? store.doubles(v.name())
        : doubles(store.ints(v.name()));
  }

  private static double[] doubles(int[] values) {
    return Arrays.stream(values).asDoubleStream().toArray();
  }

  /** Sums in another order: 1e-9 of the largest value, far above rounding, far below a mistake. */
  private static void same(String what, double[] actual, double[] expected) {
    assertThat(actual.length).as(what).isEqualTo(expected.length);
    double scale = 
        Math.max(
            1, Arrays.stream(expected).map(Math::abs).filter(Double::isFinite).max().orElse(1));
    for (int i = 0; i < expected.length; i++) {
      if (Double.isFinite(expected[i])) {
        assertThat(actual[i]).as("%s [%d]", what, i).isCloseTo(expected[i], within(1e-9 * scale));
      } else {
        assertThat((Double) actual[i]).as("%s [%d]", what, i).isEqualTo((Double) expected[i]);
      }
    }
  }
}

package chladni.tests.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import chladni.engine.backend.Precision;
import chladni.engine.backend.Program;
import chladni.engine.backend.Store;
import chladni.engine.graph.Erf;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Node;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Pow;
import chladni.engine.graph.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The scalar formulas of the host kernels over all magnitudes, for each instruction set. */
final class FormulaAccuracyTest {
  private static final int POINTS = 1 << 16;

  /** What kernels/formulas.h promises, two, and half a unit for the rounding of the result. */
  private static final double ULPS = 2.5;

  private record Formula(UnaryOperator<Node> verb, DoubleUnaryOperator exact) {}

  private static final Map<String, Formula> FORMULAS =
      new TreeMap<>(
          Map.of(
              "erf", new Formula(Ops::erf, Erf::value),
              "exp", new Formula(Ops::exp, Math::exp),
              "expm1", new Formula(Ops::expm1, Math::expm1),
              "log", new Formula(Ops::log, Math::log),
              "tanh", new Formula(Ops::tanh, Math::tanh),
              "sigmoid", new Formula(Ops::sigmoid, x -> 1 / (1 + Math.exp(-x))),
              "softplus",
                  new Formula(
                      Ops::softplus,
                      x -> Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))))));

  /** What a child process runs: a line for each formula. */
  static final class Child {
    public static void main(String[] args) {
      System.out.println(Backends.CPU.backend().description());
      errors().forEach((name, ulps) -> System.out.println("error " + name + " " + ulps));
    }
  }

  /** The largest error of each formula, in units in the last place. */
  private static Map<String, Double> errors() {
    Map<String, Double> errors = new TreeMap<>();
    FORMULAS.forEach((name, formula) -> errors.put(name, worst(formula)));
    errors.put("pow", worstPower());
    return errors;
  }

  private static double worst(Formula formula) {
    float[] x = magnitudes();
    Graph graph = new Graph();
    graph.output("y", formula.verb.apply(graph.input("x", Shape.of(x.length))));
    float[] y = run(graph, Map.of("x", x));
    double worst = 0;
    for (int i = 0; i < x.length; i++) {
      worst = Math.max(worst, ulps(y[i], formula.exact.applyAsDouble(x[i])));
    }
    return worst;
  }

  private static double worstPower() {
    float[] a = magnitudes();
    float[] b = new float[a.length];
    SplittableRandom random = new SplittableRandom(3);
    for (int i = 0; i < b.length; i++) {
      // Half of the exponents are whole, and most results are within the range of a float.
      double bits = Math.log(Math.abs(a[i])) / Math.log(2);
      double exponent = random.nextDouble(-150, 150) / Math.max(1e-3, Math.abs(bits));
      b[i] = (float) (random.nextBoolean() ? exponent : Math.rint(exponent));
    }
    Graph graph = new Graph();
    Shape shape = Shape.of(a.length);
    graph.output("y", Ops.pow(graph.input("a", shape), graph.input("b", shape)));
    float[] y = run(graph, Map.of("a", a, "b", b));
    double worst = 0;
    for (int i = 0; i < a.length; i++) {
      worst = Math.max(worst, ulps(y[i], Pow.value(a[i], b[i])));
    }
    return worst;
  }

  /** Floats of every exponent and sign, and as many around 1. */
  private static float[] magnitudes() {
    float[] x = new float[POINTS];
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < x.length; i++) {
      x[i] =
          i % 2 == 0
              ? Float.intBitsToFloat((int) ((long) i << 16) | random.nextInt(1 << 16))
              : (float) (Math.exp(random.nextDouble(-4, 4)) * (random.nextBoolean() ? 1 : -1));
    }
    return x;
  }

  private static float[] run(Graph graph, Map<String, float[]> inputs) {
    try (Store store = Backends.CPU.backend().newStore(1, Precision.FP32);
        Program program = Backends.CPU.backend().compile(graph, store, Precision.FP32)) {
      inputs.forEach(program::write);
      program.run();
      return program.read("y");
    }
  }

  /** Zero for two NaN and equal infinities, infinite where only one is such. */
  private static double ulps(float actual, double exact) {
    float rounded = (float) exact;
    if (!Float.isFinite(rounded) || !Float.isFinite(actual)) {
      return Float.compare(actual, rounded) == 0 ? 0 : Double.POSITIVE_INFINITY;
    }
    return Math.abs(actual - exact) / Math.ulp(rounded);
  }

  @Test
  void formulasAreGoodToTheLastPlaces() {
    check(errors());
  }

  @ParameterizedTest
  @ValueSource(strings = {"baseline", "avx2"})
  void soTheyAreOnOlderInstructionSets(String isa) throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Child.class.getName())
            .redirectErrorStream(true);
    builder.environment().put("CHLADNI_ISA", isa);
    Process process = builder.start();
    List<String> lines = process.inputReader().readAllLines();
    process.waitFor();
    assertThat(lines).anyMatch(line -> !line.startsWith("error ") && line.contains(isa));
    Map<String, Double> errors = new TreeMap<>();
    for (String line : lines) {
      String[] words = line.split(" ");
      if (words[0].equals("error")) {
        errors.put(words[1], Double.parseDouble(words[2]));
      }
    }
    check(errors);
  }

  private static void check(Map<String, Double> errors) {
    assertThat(errors).hasSize(FORMULAS.size() + 1);
    assertThat(errors)
        .allSatisfy((name, ulps) -> assertThat(ulps).as(name).isLessThanOrEqualTo(ULPS));
  }
}

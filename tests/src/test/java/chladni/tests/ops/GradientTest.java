package chladni.tests.ops;

import static chladni.tests.ops.OpCase.Derivative.BLOCKED;
import static chladni.tests.ops.OpCase.Derivative.TWICE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import chladni.engine.graph.Graph;
import chladni.engine.graph.Node;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** First and second derivatives along random directions against central differences in FP64. */
final class GradientTest {
  private static final double STEP = 0x1p-17;

  /**
   * Central differences are off by step^2 / 6 times the third derivative, at most 100 times the
   * value on the ranges of the table, and by rounding the value, 2^-53 / step; a few of each.
   */
  private static final double ALLOWED = 4 * (100 * STEP * STEP / 6 + 16 * 0x1p-53 / STEP);

  static Stream<OpCase> differentiable() {
    return OpCases.with(TWICE);
  }

  static Stream<OpCase> blocked() {
    return OpCases.with(BLOCKED);
  }

  static Stream<Arguments> differentiableOnEveryBackend() {
    return differentiable()
        .flatMap(c -> Backends.rounded(c).stream().map(target -> Arguments.of(c, target)));
  }

  @ParameterizedTest
  @MethodSource("differentiable")
  void gradientAlongADirectionIsTheCentralDifference(OpCase c) {
    try (Probe value = new Probe(Backends.EXACT, g -> Derivatives.forward(c, g));
        Probe gradient = new Probe(Backends.EXACT, g -> Derivatives.gradients(c, g))) {
      Map<String, double[]> point = Derivatives.point(c, graph(gradient));
      double[] cotangent = point.get(Derivatives.COTANGENT);
      List<double[]> gradients = gradient.at(point);
      List<String> names = floats(c);
      SplittableRandom random = c.random("t");
      for (int i = 0; i < names.size(); i++) {
        String name = names.get(i);
        double[] t = Derivatives.direction(point.get(name).length, random);
        double[] above = value.at(operands(c, point, name, t, STEP)).getFirst();
        double[] below = value.at(operands(c, point, name, t, -STEP)).getFirst();
        double difference =
            (Derivatives.dot(cotangent, above) - Derivatives.dot(cotangent, below)) / (2 * STEP);
        double scale =
            Derivatives.size(cotangent, above) + Derivatives.size(gradients.get(i), t);
        assertThat(Derivatives.dot(gradients.get(i), t))
            .as("%s: gradient by %s", c, name)
            .isCloseTo(difference, offset(ALLOWED * scale));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("differentiable")
  void gradientOfTheGradientIsTheCentralDifference(OpCase c) {
    try (Probe second = new Probe(Backends.EXACT, g -> Derivatives.second(c, g))) {
      Map<String, double[]> point = Derivatives.point(c, graph(second));
      List<double[]> values = second.at(point);
      List<String> names = new ArrayList<>(floats(c));
      names.add(Derivatives.COTANGENT);
      SplittableRandom random = c.random("s");
      for (int i = 0; i < names.size(); i++) {
        String name = names.get(i);
        double[] x = point.get(name);
        double[] s = Derivatives.direction(x.length, random);
        double above = second.at(Map.of(name, Derivatives.step(x, s, STEP))).getFirst()[0];
        double below = second.at(Map.of(name, Derivatives.step(x, s, -STEP))).getFirst()[0];
        second.at(Map.of(name, x));
        double[] derivative = values.get(i + 1);
        double scale = sumOfSizes(point, values) + Derivatives.size(derivative, s);
        assertThat(Derivatives.dot(derivative, s))
            .as("%s: second derivative by %s", c, name)
            .isCloseTo(
                (above - below) / (2 * STEP),
                offset(ALLOWED * scale));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("blocked")
  void nothingPassesWhereTheDefinitionSaysSo(OpCase c) {
    try (Probe gradient = new Probe(Backends.EXACT, g -> Derivatives.gradients(c, g))) {
      List<double[]> gradients = gradient.at(Derivatives.point(c, graph(gradient)));
      assertThat(gradients).isNotEmpty().allSatisfy(g -> assertThat(g).containsOnly(0));
    }
  }

  @ParameterizedTest(name = "{0} on {1}")
  @MethodSource("differentiableOnEveryBackend")
  void gradientAgreesWithTheReference(OpCase c, Backends.Target target) {
    agrees(c + " on " + target + ": gradient ", target, g -> Derivatives.gradients(c, g), c);
  }

  @ParameterizedTest(name = "{0} on {1}")
  @MethodSource("differentiableOnEveryBackend")
  void gradientOfTheGradientAgreesWithTheReference(OpCase c, Backends.Target target) {
    agrees(c + " on " + target + ": second derivative ", target, g -> Derivatives.second(c, g), c);
  }

  private static void agrees(
      String what, Backends.Target target, Function<Graph, List<Node>> build, OpCase c) {
    Tolerance tolerance = Tolerance.of(target.precision(), build, g -> Derivatives.point(c, g));
    try (Probe exact = new Probe(Backends.EXACT, build);
        Probe probe = new Probe(target, build)) {
      List<double[]> expected = exact.at(Derivatives.point(c, graph(exact)));
      List<double[]> actual = probe.at(Derivatives.point(c, graph(probe)));
      for (int i = 0; i < expected.size(); i++) {
        tolerance.check(what + i, actual.get(i), expected.get(i));
      }
    }
  }

  private static Graph graph(Probe probe) {
    return probe.nodes().getFirst().graph();
  }

  private static List<String> floats(OpCase c) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < c.operands().size(); i++) {
      if (c.operands().get(i).differentiable()) {
        names.add(OpCase.inputName(i));
      }
    }
    return names;
  }

  /** The operands alone, one of them moved. */
  private static Map<String, double[]> operands(
      OpCase c, Map<String, double[]> point, String moved, double[] t, double step) {
    Map<String, double[]> operands = new HashMap<>();
    for (int i = 0; i < c.operands().size(); i++) {
      String name = OpCase.inputName(i);
      double[] x = point.get(name);
      operands.put(name, name.equals(moved) ? Derivatives.step(x, t, step) : x);
    }
    return operands;
  }

  /** A bound on the terms that the gradient along a direction is summed from. */
  private static double sumOfSizes(Map<String, double[]> point, List<double[]> values) {
    double[] cotangentGradient = values.getLast();
    return Math.abs(values.getFirst()[0])
        + Derivatives.size(cotangentGradient, point.get(Derivatives.COTANGENT));
  }
}

package chladni.tests.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chladni.engine.autodiff.Autodiff;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Node;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Shape;
import chladni.engine.graph.ShapeException;
import chladni.engine.graph.Window;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The gradient where it is a convention: at kinks and ties, in numbers, on every backend. */
final class TieConventionsTest {
  static List<Backends.Target> backends() {
    return Backends.all();
  }

  /** The gradient of the sum of f by its operand. */
  private static double[] gradient(
      Backends.Target target, UnaryOperator<Node> f, Shape shape, double... x) {
    try (Probe probe =
        new Probe(
            target,
            graph -> {
              Node input = graph.input("x", shape);
              return Autodiff.gradients(Ops.sum(f.apply(input)), List.of(input));
            })) {
      return probe.at(Map.of("x", x)).getFirst();
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void kinksHaveTheDerivativeOfTheirDefinition(Backends.Target target) {
    Shape three = Shape.of(3);
    assertThat(gradient(target, Ops::abs, three, -2, 0, 2)).containsExactly(-1, 0, 1);
    assertThat(gradient(target, Ops::relu, three, -2, 0, 2)).containsExactly(0, 0, 1);
    assertThat(gradient(target, x -> Ops.leakyRelu(x, 0.25), three, -2, 0, 2))
        .containsExactly(0.25, 0.25, 1);
  }

  @ParameterizedTest
  @MethodSource("backends")
  void tiedOperandsShareTheGradient(Backends.Target target) {
    UnaryOperator<Node> maximum = x -> Ops.maximum(x, x.graph().constant(1));
    UnaryOperator<Node> minimum = x -> Ops.minimum(x, x.graph().constant(1));
    assertThat(gradient(target, maximum, Shape.of(3), 0, 1, 2)).containsExactly(0, 0.5, 1);
    assertThat(gradient(target, minimum, Shape.of(3), 0, 1, 2)).containsExactly(1, 0.5, 0);
  }

  @ParameterizedTest
  @MethodSource("backends")
  void tiedElementsOfAMaximumShareTheGradient(Backends.Target target) {
    assertThat(gradient(target, x -> Ops.max(x, false, 1), Shape.of(2, 4), 3, 1, 3, 0, 5, 5, 5, 5))
        .containsExactly(0.5, 0, 0.5, 0, 0.25, 0.25, 0.25, 0.25);
  }

  @ParameterizedTest
  @MethodSource("backends")
  void tiedElementsOfAMinimumShareTheGradient(Backends.Target target) {
    assertThat(gradient(target, x -> Ops.min(x, false, 0), Shape.of(4), 1, 3, 1, 2))
        .containsExactly(0.5, 0, 0.5, 0);
  }

  @ParameterizedTest
  @MethodSource("backends")
  void topKGivesATieToTheLowerIndex(Backends.Target target) {
    UnaryOperator<Node> topTwo = x -> Ops.topK(x, 0, 2).values();
    assertThat(gradient(target, topTwo, Shape.of(5), 1, 3, 3, 3, 2))
        .containsExactly(0, 1, 1, 0, 0);
  }

  @ParameterizedTest
  @MethodSource("backends")
  void anElementGatheredTwiceTakesBothGradients(Backends.Target target) {
    UnaryOperator<Node> twice =
        x -> {
          Node largest = Ops.argMax(x, 0, true);
          Node first = Ops.gather(x, largest, 0);
          return Ops.concat(0, first, Ops.scale(Ops.gather(x, largest, 0), 3));
        };
    assertThat(gradient(target, twice, Shape.of(3), 1, 5, 2)).containsExactly(0, 4, 0);
  }

  @ParameterizedTest
  @MethodSource("backends")
  void clampingPassesTheGradientAtItsBounds(Backends.Target target) {
    UnaryOperator<Node> clamp = x -> Ops.clamp(x, -1, 2);
    assertThat(gradient(target, clamp, Shape.of(6), -3, -1, 0, 2, 3, Double.NaN))
        .containsExactly(0, 1, 1, 1, 0, 0);
  }

  @ParameterizedTest
  @MethodSource("backends")
  void powersOfZeroAndZerothPowersHaveFiniteGradients(Backends.Target target) {
    Shape four = Shape.of(4);
    UnaryOperator<Node> byBase = x -> Ops.pow(x, constant(x, 0, four));
    assertThat(gradient(target, byBase, four, 0, -2, 3, Double.POSITIVE_INFINITY))
        .containsExactly(0, 0, 0, 0);
    UnaryOperator<Node> byExponent = x -> Ops.pow(constant(x, 0, four), x);
    assertThat(gradient(target, byExponent, four, 0, 0.5, 2, 3)).containsExactly(0, 0, 0, 0);
    UnaryOperator<Node> both = x -> Ops.pow(x, x);
    assertThat(gradient(target, both, Shape.of(1), 1)).containsExactly(1);
    assertThat(gradient(target, both, Shape.of(1), 0)).containsExactly(0);
  }

  private static Node constant(Node x, double value, Shape shape) {
    return x.graph().constant(value, shape);
  }

  @ParameterizedTest
  @MethodSource("backends")
  void maxPoolingGivesATieToTheFirstInRowMajorOrder(Backends.Target target) {
    assertThat(
            gradient(
                target,
                x -> Ops.maxPool2d(x, 2, 2, Window.of(2, 0)),
                Shape.of(1, 1, 2, 4),
                1, 7, 0, 0, //
                7, 7, 0, 0))
        .containsExactly(0, 1, 1, 0, 0, 0, 0, 0);
    // Overlapping windows that meet in one element add up.
    assertThat(
            gradient(
                target,
                x -> Ops.maxPool2d(x, 3, 1, Window.rows(1, 1)),
                Shape.of(1, 1, 5, 1),
                -1, -2, 9, 9, -3))
        .containsExactly(1, 0, 3, 1, 0);
  }

  @ParameterizedTest
  @MethodSource("backends")
  void paddingNeverWinsAMaximum(Backends.Target target) {
    try (Probe probe =
        new Probe(
            target,
            graph ->
                List.of(
                    Ops.maxPool2d(
                        graph.input("x", Shape.of(1, 1, 2, 2)), 3, 3, Window.of(2, 1))))) {
      assertThat(probe.at(Map.of("x", new double[] {-4, -3, -2, -5})).getFirst())
          .containsExactly(-2);
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void whereHidesANaNFromTheGradientOfTheSideNotTaken(Backends.Target target) {
    UnaryOperator<Node> safeRoot =
        x -> {
          Node positive = Ops.greater(x, Ops.zerosLike(x));
          Node inside = Ops.where(positive, x, x.graph().constant(1));
          return Ops.where(positive, Ops.sqrt(inside), Ops.zerosLike(x));
        };
    assertThat(gradient(target, safeRoot, Shape.of(3), -1, 0, 4)).containsExactly(0, 0, 0.25);
  }

  @ParameterizedTest
  @MethodSource("backends")
  void theSecondDerivativeOfAMaximumGoesToTheWinner(Backends.Target target) {
    // With y the maxima, d/dx sum(y^2) = 2 y at the winners, and the sum of the squares of that is
    // 4 sum(y^2): its gradient is 8 y at the winners.
    UnaryOperator<Node> slopes =
        x -> {
          Node loss = Ops.sum(Ops.square(Ops.maxPool2d(x, 2, 2, Window.of(2, 0))));
          return Ops.square(Autodiff.gradients(loss, List.of(x)).getFirst());
        };
    assertThat(gradient(target, slopes, Shape.of(1, 1, 2, 4), 1, 7, 3, 0, 7, 7, 0, -1))
        .containsExactly(0, 56, 24, 0, 0, 0, 0, 0);
  }

  @Test
  void aWindowInPaddingAloneIsRefused() {
    Graph graph = new Graph();
    Node x = graph.input("x", Shape.of(1, 1, 3, 3));
    Window window = Window.of(1, 1).withDilation(4, 1);
    assertThatThrownBy(() -> Ops.maxPool2d(x, 2, 2, window))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("2x2")
        .hasMessageContaining("padding alone");
  }
}

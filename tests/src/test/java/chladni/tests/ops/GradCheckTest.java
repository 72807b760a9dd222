package chladni.tests.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chladni.engine.GradCheck;
import chladni.engine.backend.ProgramException;
import chladni.engine.graph.Graph;
import chladni.engine.graph.GradientException;
import chladni.engine.graph.Node;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Shape;
import chladni.engine.graph.TensorType;
import chladni.engine.graph.Variable;
import chladni.engine.graph.Window;
import chladni.engine.loss.Losses;
import chladni.engine.nn.Initializers;
import chladni.engine.nn.Layers;
import chladni.engine.nn.Mode;
import chladni.engine.nn.Parameters;
import chladni.engine.optim.Adam;
import java.util.List;
import org.junit.jupiter.api.Test;

final class GradCheckTest {
  /** conv, batch statistics, dropout, linear, cross-entropy. */
  private static Node classifier(Graph graph) {
    Parameters p = new Parameters(graph, "net/");
    Layers.Init init = new Layers.Init(Initializers.normal(0, 0.5), Initializers.normal(0, 0.1));
    Variable counter = Variable.counter("step");
    Node step = graph.assign(counter, Ops.increment(graph.read(counter)));
    Mode mode = Mode.train(new Mode.Randomness(step, 3));
    Node x = graph.input("pictures", Shape.of(4, 2, 6, 6));
    Node h = Layers.conv2d(p, "conv", x, 3, 4, 4, Window.of(2, 1), init);
    h = Ops.tanh(Layers.batchNorm(p, "norm", h, mode, Layers.BatchNormSpec.PIX2PIX));
    h = Ops.dropout(h, step, 0.5, 3, 1);
    Node logits = Layers.linear(p, "linear", Ops.flatten(h), 5, init);
    return Losses.crossEntropy(logits, graph.input("labels", TensorType.ints(Shape.of(4))));
  }

  @Test
  void aNetworkWithStateAndDropoutPasses() {
    GradCheck.Result result =
        GradCheck.of(GradCheckTest::classifier)
            .labels("labels", 0, 4, 2, 2)
            .elementsPerTensor(20)
            .run()
            .orThrow();
    // Pictures 20, conv 20 + 3, norm 3 + 3, linear 20 + 5.
    assertThat(result.checked()).isEqualTo(74);
    assertThat(result.worst().error()).isLessThan(1e-6);
  }

  @Test
  void anUpdateInsideTheLossDoesNotMoveTheWeightsBetweenDifferences() {
    Variable w = Variable.trainable("w", Shape.of(3), Initializers.normal(0, 1));
    GradCheck.of(
            graph -> {
              Node loss = Ops.sum(Ops.exp(graph.read(w)));
              Adam.standard("adam").minimize(loss, graph.constant(0.1), List.of(w));
              return loss;
            })
        .run()
        .orThrow();
  }

  @Test
  void aWrongGradientIsFoundAndItsWorstElementNamed() {
    // The product's second factor is stopped, so that half of the gradient at element 4 is missing.
    GradCheck.Result result =
        GradCheck.of(
                graph -> {
                  Node x = graph.input("x", Shape.of(2, 3));
                  return Ops.sum(Ops.mul(x, Ops.stopGradient(x)));
                })
            .input("x", 0, 0, 0, 0, 3, 0)
            .run();
    assertThat(result.passes()).isFalse();
    assertThat(result.checked()).isEqualTo(6);
    assertThat(result.worst().tensor()).isEqualTo("x");
    assertThat(result.worst().index()).containsExactly(1, 1);
    assertThat(result.worst().gradient()).isEqualTo(3);
    assertThatThrownBy(result::orThrow)
        .isInstanceOf(GradientException.class)
        .hasMessageContaining("'x'[1, 1]")
        .hasMessageContaining("allowed 1e-06")
        .hasMessageContaining("Check the vjp");
  }

  @Test
  void aKinkIsToldFromAWrongGradient() {
    GradCheck.Result result =
        GradCheck.of(graph -> Ops.sum(Ops.abs(graph.input("x", Shape.of(4)))))
            .input("x", 1, -1, 0, 0.5)
            .run();
    // The central difference at 0 is 0 and so is the gradient, which proves nothing.
    assertThat(result.worst().error()).isLessThan(1e-9);
    assertThat(result.passes()).isFalse();
    assertThat(result.checked()).isEqualTo(4);
    assertThat(result.kinks()).hasSize(1);
    GradCheck.Element kink = result.kinks().getFirst();
    assertThat(kink.index()).containsExactly(2);
    assertThat(kink.left()).isEqualTo(-1);
    assertThat(kink.right()).isEqualTo(1);
    assertThatThrownBy(result::orThrow)
        .isInstanceOf(GradientException.class)
        .hasMessageContaining("'x'[2]: the loss has a kink here")
        .hasMessageContaining("slope -1.0 below and 1.0 above")
        .hasMessageContaining("one of 1 in 4 elements")
        .hasMessageNotContaining("vjp");
  }

  @Test
  void aKinkIsSeenWhereverItFallsUnderTheStep() {
    double step = 0x1p-17;
    for (int i = -19; i <= 19; i++) {
      double offset = i / 20.0 * step;
      GradCheck.Result result =
          GradCheck.of(
                  graph ->
                      Ops.sum(Ops.add(Ops.relu(graph.input("x", Shape.of(1))), graph.constant(1))))
              .input("x", offset)
              .run();
      assertThat(result.kinks()).as("kink at %s of the step", i / 20.0).hasSize(1);
    }
  }

  @Test
  void aSharpBendIsNoKink() {
    // The second derivative is 1e6: the slopes to the sides part by more than the slope itself.
    GradCheck.Result result =
        GradCheck.of(
                graph -> {
                  Node x = graph.input("x", Shape.of(3));
                  return Ops.sum(Ops.scale(Ops.square(Ops.scale(x, 1e3)), 0.5));
                })
            .input("x", 0, 1e-4, -3e-5)
            .run();
    assertThat(result.kinks()).isEmpty();
    assertThat(result.worst().right() - result.worst().left()).isGreaterThan(1);
    result.orThrow();
  }

  @Test
  void aWrongGradientIsReportedBeforeAKink() {
    GradCheck.Result result =
        GradCheck.of(
                graph -> {
                  Node x = graph.input("x", Shape.of(2));
                  return Ops.sum(Ops.mul(Ops.abs(x), Ops.stopGradient(Ops.exp(x))));
                })
            .input("x", 0, 2)
            .run();
    assertThat(result.kinks()).extracting(GradCheck.Element::index).containsExactly(List.of(0));
    assertThat(result.worst().index()).containsExactly(1);
    assertThatThrownBy(result::orThrow)
        .hasMessageContaining("'x'[1]")
        .hasMessageContaining("Check the vjp")
        .hasMessageNotContaining("kink");
  }

  @Test
  void aNaNBesideTheValueIsTheWorstOfAll() {
    GradCheck.Result result =
        GradCheck.of(graph -> Ops.sum(Ops.log(graph.input("x", Shape.of(2)))))
            .input("x", 1, 1e-6)
            .run();
    assertThat(result.passes()).isFalse();
    assertThat(result.worst().index()).containsExactly(1);
    assertThat(result.worst().error()).isNaN();
    assertThatThrownBy(result::orThrow)
        .isInstanceOf(GradientException.class)
        .hasMessageContaining("'x'[1]")
        .hasMessageContaining("not finite");
  }

  @Test
  void aLossThatIsNotFiniteIsRefused() {
    GradCheck check =
        GradCheck.of(graph -> Ops.sum(Ops.log(graph.input("x", Shape.of(2))))).input("x", 1, -1);
    assertThatThrownBy(check::run)
        .isInstanceOf(GradientException.class)
        .hasMessageContaining("the loss must be finite")
        .hasMessageContaining("got NaN");
  }

  @Test
  void misuseIsNamed() {
    assertThatThrownBy(() -> GradCheck.of(graph -> graph.input("x", Shape.of(2))).run())
        .isInstanceOf(GradientException.class)
        .hasMessageContaining("scalar");
    assertThatThrownBy(() -> GradCheck.of(graph -> graph.constant(1)).run())
        .isInstanceOf(GradientException.class)
        .hasMessageContaining("no FLOAT input");
    assertThatThrownBy(
            () ->
                GradCheck.of(graph -> Ops.sum(graph.input("x", Shape.of(2))))
                    .input("y", 1, 2)
                    .run())
        .isInstanceOf(ProgramException.class)
        .hasMessageContaining("'y'")
        .hasMessageContaining("[x]");
    assertThatThrownBy(() -> GradCheck.of(graph -> graph.constant(1)).elementsPerTensor(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at least 1");
  }
}

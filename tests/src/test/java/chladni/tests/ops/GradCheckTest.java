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
        .hasMessageContaining("Check the vjp");
  }

  @Test
  void aNaNIsTheWorstOfAll() {
    GradCheck.Result result =
        GradCheck.of(graph -> Ops.sum(Ops.log(graph.input("x", Shape.of(2)))))
            .input("x", 1, -1)
            .run();
    assertThat(result.passes()).isFalse();
    assertThat(result.worst().error()).isNaN();
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
  }
}

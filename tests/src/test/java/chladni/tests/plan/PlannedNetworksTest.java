package chladni.tests.plan;

import static chladni.tests.plan.Networks.BIASED;
import static org.assertj.core.api.Assertions.assertThat;

import chladni.engine.autodiff.Autodiff;
import chladni.engine.graph.Conv2d;
import chladni.engine.graph.Graph;
import chladni.engine.graph.MatMul;
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
import chladni.engine.plan.Buffer;
import chladni.engine.plan.ElementwiseStep;
import chladni.engine.plan.Format;
import chladni.engine.plan.Layout;
import chladni.engine.plan.OpStep;
import chladni.engine.plan.Place;
import chladni.engine.plan.Plan;
import chladni.engine.plan.Planner;
import chladni.engine.plan.Step;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class PlannedNetworksTest {
  @Test
  void aPerceptronTrainsAsTheReferenceDoes() {
    Graph graph = new Graph();
    Node x = graph.input("x", Shape.of(5, 7));
    Node labels = graph.input("labels", TensorType.ints(Shape.of(5)));
    Parameters p = new Parameters(graph, "");
    Node h = Ops.leakyRelu(Layers.linear(p, "a", x, 6, BIASED), 0.1);
    Node loss = Losses.crossEntropy(Layers.linear(p, "b", h, 3, BIASED), labels);
    Adam.standard("adam").minimize(loss, graph.constant(0.01), p.trainable());
    graph.output("loss", loss);
    Plan plan = Twin.agrees(graph, 4, 1);
    assertThat(
            plan.steps().stream()
                .filter(
                    s ->
                        s instanceof OpStep o
                            && o.node().op() instanceof MatMul
                            && !o.epilogue().isEmpty()))
        .hasSize(2);
  }

  @Test
  void pix2pixTrainsAsTheReferenceDoes() {
    Twin.agrees(Networks.pix2pix(2, 4, 2, 1, false), 3, 2);
  }

  /** What a kernel computes, that kernel also rounds: no pass only rounds its result. */
  @Test
  void operandsAreRoundedWhereTheyAreComputed() {
    Plan plan = Planner.plan(Networks.pix2pix(2, 5, 4, 2, true), Format.BFLOAT16);
    Set<Buffer> computed = new HashSet<>();
    List<ElementwiseStep> rounding = new ArrayList<>();
    for (Step step : plan.steps()) {
      if (step instanceof ElementwiseStep s) {
        boolean rounds = s.writes().stream().anyMatch(b -> b.format() == Format.BFLOAT16);
        if (rounds) {
          rounding.add(s);
        }
        if (rounds && s.instrs().isEmpty()) {
          assertThat(s.reads()).as(s.label()).noneMatch(computed::contains);
        }
        if (!s.instrs().isEmpty()) {
          computed.addAll(s.writes());
        }
      }
    }
    assertThat(rounding).hasSizeGreaterThan(20);
  }

  @Test
  void dropoutFollowsItsCounter() {
    Twin.agrees(Networks.pix2pix(1, 5, 2, 2, true), 3, 3);
  }

  @Test
  void inferenceFoldsBatchNormIntoTheConvolution() {
    Graph graph = new Graph();
    Node x = graph.input("x", Shape.of(2, 3, 16, 16));
    Parameters p = new Parameters(graph, "");
    graph.output("y", Networks.unet(p, x, 3, 4, 3, Mode.EVAL));
    Plan plan = Twin.agrees(graph, 2, 4);
    assertThat(plan.variables().get("level1.down.weight").layout()).isEqualTo(Layout.PACKED);
    assertThat(
            plan.steps().stream()
                .filter(
                    s ->
                        s instanceof OpStep o
                            && o.node().op() instanceof Conv2d
                            && o.epilogue().size() >= 2))
        .isNotEmpty();
  }

  @Test
  void adamIsOneKernelOverThePackedFamily() {
    Graph graph = new Graph();
    Node x = graph.input("x", Shape.of(2, 3, 8, 8));
    Parameters p = new Parameters(graph, "");
    Node y = Layers.conv2d(p, "c", x, 4, 3, 3, Window.of(1, 1), Networks.PLAIN);
    Node loss = Ops.mean(Ops.square(Ops.tanh(y)));
    Adam.standard("adam").minimize(loss, graph.constant(0.1), p.trainable());
    graph.output("loss", loss);
    Plan plan = Twin.agrees(graph, 3, 5);
    List<ElementwiseStep> updates =
        plan.steps().stream()
            .filter(s -> s.writes().stream().anyMatch(b -> b.layout() == Layout.PACKED))
            .filter(ElementwiseStep.class::isInstance)
            .map(ElementwiseStep.class::cast)
            .toList();
    assertThat(updates).hasSize(1);
    assertThat(updates.get(0).writesTo()).hasSize(3);
    assertThat(updates.get(0).writes())
        .extracting(Buffer::place)
        .allMatch(Place.OfVariable.class::isInstance);
  }

  @Test
  void aGradientPenaltyDifferentiatesAGradient() {
    Graph graph = new Graph();
    Node x = graph.input("x", Shape.of(2, 3, 8, 8));
    Parameters p = new Parameters(graph, "");
    Node h = Ops.tanh(Layers.conv2d(p, "a", x, 4, 4, 4, Window.of(2, 1), BIASED));
    Node y = Layers.conv2d(p, "b", Ops.softplus(h), 1, 3, 3, Window.of(1, 1), BIASED);
    Node dx = Autodiff.gradients(Ops.sum(y), List.of(x)).get(0);
    Node norms = Ops.sqrt(Ops.shift(Ops.sum(Ops.square(dx), false, 1, 2, 3), 1e-6));
    Node loss = Ops.add(Ops.mean(y), Ops.mean(Ops.square(Ops.shift(norms, -1))));
    Adam.standard("adam").minimize(loss, graph.constant(0.01), p.trainable());
    graph.output("loss", loss);
    graph.output("dx", dx);
    Twin.agrees(graph, 3, 6);
  }

  @Test
  void aPoolingClassifierTrainsAsTheReferenceDoes() {
    Graph graph = new Graph();
    Node x = graph.input("x", Shape.of(3, 2, 9, 7));
    Node labels = graph.input("labels", TensorType.ints(Shape.of(3)));
    Parameters p = new Parameters(graph, "");
    // Without a bias: normalisation removes it again, and Adam would blow up its gradient, which is
    // rounding error alone.
    Node h = Ops.relu(Layers.conv2d(p, "a", x, 5, 3, 3, Window.of(1, 1), Networks.PLAIN));
    h = Ops.maxPool2d(h, 3, 3, Window.of(2, 1));
    h = Layers.batchNorm(p, "bn", h, Mode.train(null), Layers.BatchNormSpec.DEFAULT);
    Node logits = Layers.linear(p, "fc", Ops.flatten(Ops.relu(h)), 3, BIASED);
    Node loss = Losses.crossEntropy(logits, labels);
    Adam.standard("adam").minimize(loss, graph.constant(0.01), p.trainable());
    graph.output("loss", loss);
    graph.output("probabilities", Ops.softmax(logits));
    Twin.agrees(graph, 3, 7);
  }

  @Test
  void attentionTrainsAsTheReferenceDoesInRowMajorMatrices() {
    Graph graph = new Graph();
    Node x = graph.input("x", Shape.of(2, 5, 8));
    Parameters p = new Parameters(graph, "");
    Node q = heads(Layers.linear(p, "q", x, 6, BIASED));
    Node k = heads(Layers.linear(p, "k", x, 6, BIASED));
    Node v = heads(Layers.linear(p, "v", x, 6, BIASED));
    Node weights = Ops.softmax(Ops.scale(Ops.matmul(q, k, false, true), 0.7));
    Node y = Layers.linear(p, "out", Ops.tanh(Ops.matmul(weights, v)), 4, BIASED);
    Node loss = Ops.mean(Ops.square(y));
    Adam.standard("adam").minimize(loss, graph.constant(0.01), p.trainable());
    graph.output("loss", loss);
    Plan plan = Twin.agrees(graph, 3, 9);
    // Only the sums over rows, one column wide, have no product that wants them row-major.
    assertThat(plan.buffers())
        .filteredOn(b -> b.type().shape().rank() == 4 && b.type().shape().dim(3) > 1)
        .isNotEmpty()
        .allMatch(b -> b.layout() == Layout.ROW_MAJOR);
    assertThat(
            plan.steps().stream()
                .filter(
                    s ->
                        s instanceof OpStep o
                            && o.node().op() instanceof MatMul
                            && o.node().shape().rank() == 4
                            && !o.epilogue().isEmpty()))
        .hasSize(1);
  }

  /** (N, T, 6) to (N, 3 heads, T, 2). */
  private static Node heads(Node x) {
    Shape s = x.shape();
    return Ops.transpose(Ops.reshape(x, Shape.of(s.dim(0), s.dim(1), 3, 2)), 0, 2, 1, 3);
  }

  @Test
  void variablesMaySwap() {
    Graph graph = new Graph();
    Variable a = Variable.state("a", Shape.of(3), Initializers.normal(0, 1));
    Variable b = Variable.state("b", Shape.of(3), Initializers.normal(0, 1));
    Node oldA = graph.read(a);
    Node oldB = graph.read(b);
    graph.assign(a, oldB);
    graph.assign(b, oldA);
    Twin.agrees(graph, 3, 8);
  }

  @Test
  void aVariableMayBeReplacedByAViewOfItself() {
    Graph graph = new Graph();
    Variable a = Variable.state("a", Shape.of(3, 3), Initializers.normal(0, 1));
    Node old = graph.read(a);
    graph.assign(a, Ops.add(old, Ops.transpose(old)));
    Variable s = Variable.state("s", Shape.SCALAR, Initializers.ones());
    graph.assign(s, Ops.sum(Ops.mul(old, graph.read(s))));
    Variable m = Variable.state("m", Shape.of(3, 3), Initializers.normal(0, 1));
    graph.assign(m, Ops.matmul(graph.read(m), old));
    graph.output("old", old);
    Twin.agrees(graph, 3, 9);
  }

  @Test
  void anOldVersionMayBeReadAfterTheNewOne() {
    Graph graph = new Graph();
    Variable a = Variable.state("a", Shape.of(4), Initializers.normal(0, 1));
    Node x = graph.input("x", Shape.of(4));
    Node old = graph.read(a);
    Node next = graph.assign(a, Ops.mul(old, x));
    Node total = Ops.sum(next);
    graph.output("mixed", Ops.add(Ops.exp(old), total));
    graph.output("next", next);
    Twin.agrees(graph, 3, 10);
  }

  @Test
  void aMeasuredWeightKeepsItsPackedLayout() {
    Graph graph = new Graph();
    Node x = graph.input("x", Shape.of(1, 3, 6, 6));
    Parameters p = new Parameters(graph, "");
    Node y = Layers.conv2d(p, "c", x, 4, 3, 3, Window.of(1, 1), Networks.PLAIN);
    Node w = p.weight("c.weight", Shape.of(4, 3, 3, 3), Networks.PLAIN.weight());
    Node loss = Ops.add(Ops.mean(Ops.square(y)), Ops.sum(Ops.square(w)));
    Adam.standard("adam").minimize(loss, graph.constant(0.1), p.trainable());
    graph.output("loss", loss);
    graph.output("weight", w);
    graph.output("flat", Ops.exp(Ops.reshape(w, Shape.of(6, 18))));
    Plan plan = Twin.agrees(graph, 3, 11);
    assertThat(plan.variables().get("c.weight").layout()).isEqualTo(Layout.PACKED);
  }
}

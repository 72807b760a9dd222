package chladni.tests.plan;

import static org.assertj.core.api.Assertions.assertThat;

import chladni.engine.graph.Conv2d;
import chladni.engine.graph.ConvTranspose2d;
import chladni.engine.graph.ConvWeightGrad;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Node;
import chladni.engine.graph.Shape;
import chladni.engine.nn.Mode;
import chladni.engine.nn.Parameters;
import chladni.engine.plan.CopyStep;
import chladni.engine.plan.MemoryPlan;
import chladni.engine.plan.OpStep;
import chladni.engine.plan.Plan;
import chladni.engine.plan.Planner;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What the fused plan of a U-Net for 128 x 128 takes: a change for the worse should be meant. */
final class PlanSizeTest {
  private static final Plan TRAINING = Planner.plan(Networks.pix2pix(4, 7, 64, 3, true));

  @Test
  void aTrainingStepIsFewSteps() {
    PlanChecks.check(TRAINING);
    long products =
        TRAINING.steps().stream()
            .filter(
                s ->
                    s instanceof OpStep o
                        && (o.node().op() instanceof Conv2d
                            || o.node().op() instanceof ConvTranspose2d
                            || o.node().op() instanceof ConvWeightGrad))
            .count();
    // 14 layers of G and 5 of D: G forward 14, D twice 10, weight gradients 19, gradients by the
    // input: D's update 4, G through D 5, G 13.
    assertThat(products).isEqualTo(65);
    assertThat(TRAINING.steps()).hasSizeLessThan(275);
  }

  @Test
  void weightsAreNeverReordered() {
    assertThat(TRAINING.steps()).noneMatch(CopyStep.class::isInstance);
  }

  @Test
  void theArenaIsMuchSmallerThanTheSumOfItsBuffers() {
    MemoryPlan memory = TRAINING.memory(b -> 4 * b.type().shape().elements());
    assertThat(memory.bytes()).isLessThan(110L << 20);
  }

  @Test
  void inferenceIsOneStepPerLayerAndJoint() {
    Graph graph = new Graph();
    Node x = graph.input("x", Shape.of(1, 3, 128, 128));
    graph.output("y", Networks.unet(new Parameters(graph, ""), x, 64, 7, 3, Mode.EVAL));
    Plan plan = Planner.plan(graph);
    PlanChecks.check(plan);
    assertThat(plan.steps()).hasSizeLessThan(60);
  }

  @Test
  void everyLayoutIsUsed() {
    Set<String> layouts = new TreeSet<>();
    TRAINING.steps().forEach(s -> s.writes().forEach(b -> layouts.add(b.layout().name())));
    assertThat(layouts).containsExactly("CHANNELS_LAST", "PACKED", "ROW_MAJOR");
  }
}

package chladni.tests.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chladni.engine.graph.BlockSum2d;
import chladni.engine.graph.Graph;
import chladni.engine.graph.MatMul;
import chladni.engine.graph.Node;
import chladni.engine.graph.Op;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Resample2d;
import chladni.engine.graph.Shape;
import chladni.engine.graph.ShapeException;
import chladni.engine.graph.UpsampleNearest2d;
import chladni.engine.graph.Window;
import chladni.engine.graph.WindowSum2d;
import org.junit.jupiter.api.Test;

/** Which operation a verb over windows takes, and what it refuses. */
final class WindowVerbsTest {
  private final Graph graph = new Graph();

  private Node picture(int channels, int h, int w) {
    return graph.input("x" + graph.inputs().size(), Shape.of(2, channels, h, w));
  }

  private boolean uses(Class<? extends Op> op) {
    return graph.nodes().stream().anyMatch(n -> op.isInstance(n.op()));
  }

  @Test
  void whatRepeatsEachElementIsAView() {
    Node x = picture(3, 4, 5);
    assertThat(Ops.resampleNearest2d(x, 4, 5)).isSameAs(x);
    assertThat(Ops.resampleNearest2d(x, 12, 15).op()).isEqualTo(new UpsampleNearest2d(3));
    assertThat(Ops.resampleNearest2d(x, 8, 15).op()).isInstanceOf(Resample2d.class);
    // PyTorch's floats repeat the first of two elements 42 times, not 41.
    assertThat(Ops.resampleNearest2d(picture(1, 2, 2), 82, 82).op()).isInstanceOf(Resample2d.class);
  }

  @Test
  void aMeanOfBlocksIsOneReduction() {
    Ops.avgPool2d(picture(3, 4, 6), 2, 2, Window.of(2, 0), true);
    assertThat(uses(BlockSum2d.class)).isTrue();
    assertThat(uses(WindowSum2d.class)).isFalse();
    Ops.avgPool2d(picture(3, 5, 6), 2, 2, Window.of(2, 0), true);
    assertThat(uses(WindowSum2d.class)).isTrue();
  }

  @Test
  void rowsOfManyMatricesMeetOneMatrixInOneProduct() {
    Node x = graph.input("x", Shape.of(4, 3, 7));
    Node w = graph.input("w", Shape.of(7, 5));
    Node y = Ops.matmul(x, w);
    assertThat(y.shape()).isEqualTo(Shape.of(4, 3, 5));
    assertThat(graph.nodes())
        .filteredOn(n -> n.op() instanceof MatMul)
        .singleElement()
        .satisfies(n -> assertThat(n.shape()).isEqualTo(Shape.of(12, 5)));
  }

  @Test
  void groupsThatDoNotFitAreNamed() {
    Node x = picture(6, 8, 8);
    Node weight = graph.input("w", Shape.of(4, 3, 3, 3));
    assertThatThrownBy(() -> Ops.conv2d(x, weight, Window.of(1, 1), 3))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("divide the weight's first axis, got 3 groups and (4,3,3,3)");
    assertThatThrownBy(() -> Ops.conv2d(x, weight, Window.of(1, 1), 4))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("got 6 of (2,6,8,8) and 3 of (4,3,3,3)")
        .hasMessageContaining("times 4 groups");
    assertThat(Ops.conv2d(x, weight, Window.of(1, 1), 2).shape()).isEqualTo(Shape.of(2, 4, 8, 8));
  }

  @Test
  void batchesThatDoNotBroadcastAreNamed() {
    Node a = graph.input("a", Shape.of(2, 3, 4));
    Node b = graph.input("b", Shape.of(3, 4, 5));
    assertThatThrownBy(() -> Ops.matmul(a, b))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("(2,3,4)")
        .hasMessageContaining("(3,4,5)");
  }
}

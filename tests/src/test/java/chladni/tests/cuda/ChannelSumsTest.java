package chladni.tests.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import chladni.engine.Engine;
import chladni.engine.backend.Listing;
import chladni.engine.backend.Precision;
import chladni.engine.backend.Program;
import chladni.engine.backend.Store;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Node;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Shape;
import chladni.engine.graph.Window;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Sums for a batch norm's means by the engine that makes what they sum. */
final class ChannelSumsTest {
  private static final String FIRST = "chladni.cuda.convolution";

  @AutoClose private static final Engine ENGINE = Engine.open("cuda");

  @AfterEach
  void chooseAgain() {
    System.clearProperty(FIRST);
  }

  /**
   * Two convolutions, the second transposed, each less its sums by so many groups of the batch. What
   * the first leaves ends there, so sums of the second that were made before their turn could take
   * its place in the arena.
   */
  private static Graph graph(int groups) {
    Graph graph = new Graph();
    Node x = graph.input("x", Shape.of(4, 8, 6, 6));
    Node down = graph.input("down", Shape.of(16, 8, 4, 4));
    Node up = graph.input("up", Shape.of(16, 8, 4, 4));
    Node small = lessSums(Ops.conv2d(x, down, Window.of(2, 1)), groups);
    graph.output("y", lessSums(Ops.convTranspose2d(small, up, Window.of(2, 1)), groups));
    return graph;
  }

  private static Node lessSums(Node y, int groups) {
    return Ops.sub(y, Ops.channelBroadcast(Ops.channelSum(y, groups), y.shape()));
  }

  private record Result(float[] y, List<String> implementations) {}

  private static Result run(String first, Precision precision, int groups) {
    System.setProperty(FIRST, first);
    Graph graph = graph(groups);
    try (Store store = ENGINE.backend().newStore(1, precision);
        Program program = ENGINE.backend().compile(graph, store, precision)) {
      SplittableRandom random = new SplittableRandom(3);
      graph
          .inputs()
          .forEach(
              (name, node) -> {
                float[] values = new float[Math.toIntExact(node.shape().elements())];
                for (int i = 0; i < values.length; i++) {
                  values[i] = random.nextInt(-1, 2);
                }
                program.write(name, values);
              });
      program.run();
      return new Result(
          program.read("y"),
          program.listing().steps().stream().map(Listing.Step::implementation).toList());
    }
  }

  /** Integers, so that sums are exact in every order. */
  @ParameterizedTest
  @EnumSource(names = {"TF32", "BF16"})
  void anEngineMakesThemWithItsResult(Precision precision) {
    Result expected = run("cudnn", precision, 1);
    Result actual = run("cudnn+sums", precision, 1);
    assertThat(expected.implementations).filteredOn(i -> i.startsWith("reduce")).hasSize(2);
    assertThat(actual.implementations).filteredOn(i -> i.endsWith(" + sums")).hasSize(2);
    assertThat(actual.implementations).filteredOn(i -> i.startsWith("with step ")).hasSize(2);
    assertThat(actual.implementations).noneMatch(i -> i.startsWith("reduce"));
    assertThat(actual.y).isEqualTo(expected.y);
  }

  /** In FP32 no engine does it; groups of the batch are more than channels. */
  @Test
  void elsewhereTheyAreAPassOfTheirOwn() {
    assertThat(run("cudnn+sums", Precision.FP32, 1).implementations)
        .filteredOn(i -> i.startsWith("reduce"))
        .hasSize(2);
    assertThat(run("cudnn+sums", Precision.BF16, 2).implementations)
        .filteredOn(i -> i.startsWith("reduce"))
        .hasSize(2);
  }
}

package chladni.tests.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import chladni.engine.Engine;
import chladni.engine.backend.Listing;
import chladni.engine.backend.Program;
import chladni.engine.backend.Store;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Shape;
import chladni.engine.graph.Window;
import chladni.tests.runtime.ChildJvm;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a card would punish or hide, the stand-ins refuse: each with a mistake that is planted. */
final class StandInsBiteTest {
  @ParameterizedTest
  @CsvSource({
    "none, CUDA_SUCCESS",
    "write, CUDA_ERROR_ILLEGAL_ADDRESS",
    "sync, CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED"
  })
  void aMistakeIsAnswered(String mistake, String answer) throws IOException, InterruptedException {
    assertThat(new ChildJvm().run(PlantedBug.class, mistake)).isEqualToIgnoringNewLines(answer);
  }

  /**
   * Before the one that keeps our promises, the stand-in's heuristics name an engine that refuses,
   * one that is not deterministic and one that rounds its operands.
   */
  @Test
  void onlyAnExactAndDeterministicEngineIsTaken() {
    Graph graph = new Graph();
    Shape picture = Shape.of(1, 4, 8, 8);
    graph.output(
        "y",
        Ops.conv2d(
            graph.input("x", picture), graph.input("w", Shape.of(4, 4, 3, 3)), Window.of(1, 1)));
    try (Engine engine = Engine.open("cuda");
        Store store = engine.newStore(1);
        Program program = engine.compile(graph, store)) {
      assertThat(program.listing().steps())
          .filteredOn(step -> step.kind() == Listing.Kind.PRODUCT)
          .singleElement()
          .extracting(Listing.Step::implementation)
          .isEqualTo("cudnn engine 3");
    }
  }
}

package chladni.tests.golden;

import chladni.engine.backend.Program;
import chladni.engine.backend.Store;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Node;
import chladni.engine.optim.ClippedGradients;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ClippingParityTest {
  static final String FIXTURE = "optim/clipping";

  @AutoClose private static final Engines ENGINES = new Engines();

  static Stream<Arguments> cases() {
    List<Arguments> all = new ArrayList<>();
    try (Fixture fixture = Fixture.open(FIXTURE)) {
      for (Device device : Device.values()) {
        fixture.cases().forEach(c -> all.add(Arguments.of(device, c)));
      }
    }
    return all.stream();
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("cases")
  void shortensGradientsTogetherAsPyTorchDoes(Device device, String c) {
    try (Fixture fixture = Fixture.open(FIXTURE)) {
      Graph graph = new Graph();
      Node a = graph.input("a", fixture.shape(c + "/a"));
      Node b = graph.input("b", fixture.shape(c + "/b"));
      double limit = fixture.attributes("case." + c).number("max_norm");
      ClippedGradients clipped = ClippedGradients.byNorm(List.of(a, b), limit);
      graph.output("clipped.a", clipped.gradients().get(0));
      graph.output("clipped.b", clipped.gradients().get(1));
      graph.output("norm", clipped.norm());
      double eps = Math.max(device.eps(), fixture.eps());
      try (Store store = ENGINES.backend(device).newStore(0, device.precision());
          Program program = ENGINES.backend(device).compile(graph, store, device.precision())) {
        program.write("a", fixture.seeded(c + "/a"));
        program.write("b", fixture.seeded(c + "/b"));
        program.run();
        for (String output : fixture.storedNames(c + "/")) {
          fixture.assertClose(
              c + "/" + output,
              program.readDoubles(output),
              Deviation.rounding(graph.outputs().get(output), eps));
        }
      }
    }
  }
}

package chladni.tests.golden;

import chladni.engine.backend.Program;
import chladni.engine.backend.Store;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Node;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Shape;
import chladni.engine.graph.Variable;
import chladni.engine.nn.Initializers;
import chladni.engine.optim.Adam;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The optimizer alone, on gradients that are given; some are so small that eps decides. */
class AdamParityTest {
  static final String FIXTURE = "ops/adam";

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
  void movesWeightsAndMomentsAsPyTorchDoes(Device device, String c) {
    try (Fixture fixture = Fixture.open(FIXTURE)) {
      Attributes attributes = fixture.attributes("case." + c);
      double[] betas = attributes.numbers("betas");
      Shape shape = fixture.shape(c + "/parameter");
      Graph graph = new Graph();
      Variable weight = Variable.trainable("w", shape, Initializers.zeros());
      Node gradient = graph.input("gradient", shape);
      Node rate = graph.input("lr", Shape.SCALAR);
      // The gradient of <w, gradient> by w is the given one, without a rounding.
      Node loss = Ops.sum(Ops.mul(graph.read(weight), gradient));
      new Adam("adam", betas[0], betas[1], attributes.number("eps"))
          .minimize(loss, rate, List.of(weight));
      double eps = Math.max(device.eps(), fixture.eps());
      double each = Deviation.rounding(graph.read(weight), eps);
      try (Store store = ENGINES.backend(device).newStore(0, device.precision());
          Program program = ENGINES.backend(device).compile(graph, store, device.precision())) {
        store.set("w", fixture.seeded(c + "/parameter"));
        program.write("lr", new double[] {attributes.number("lr")});
        for (int step = 1; step <= attributes.integer("steps"); step++) {
          program.write("gradient", fixture.seeded(c + "/gradient." + step));
          program.run();
          fixture.assertClose(
              c + "/after." + step, store.doubles("w"), each * Math.sqrt(step));
        }
        double all = each * Math.sqrt(attributes.integer("steps"));
        fixture.assertClose(c + "/m", store.doubles("w#m"), all);
        fixture.assertClose(c + "/v", store.doubles("w#v"), all);
      }
    }
  }
}

package chladni.tests.golden;

import static org.assertj.core.api.Assertions.assertThat;

import chladni.engine.backend.Program;
import chladni.engine.backend.Store;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Node;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Shape;
import chladni.engine.graph.Variable;
import chladni.engine.nn.Initializers;
import chladni.engine.optim.Adam;
import chladni.engine.optim.AdamW;
import chladni.engine.optim.Optimizer;
import chladni.engine.optim.Sgd;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The optimizers alone, on gradients that are given; some are so small that eps decides. */
class OptimizerParityTest {
  static final List<String> FIXTURES =
      List.of("ops/adam", "optim/adam_decay", "optim/adamw", "optim/sgd");

  @AutoClose private static final Engines ENGINES = new Engines();

  static Stream<Arguments> cases() {
    List<Arguments> all = new ArrayList<>();
    for (String name : FIXTURES) {
      try (Fixture fixture = Fixture.open(name)) {
        for (Device device : Device.values()) {
          fixture.cases().forEach(c -> all.add(Arguments.of(device, name, c)));
        }
      }
    }
    return all.stream();
  }

  @ParameterizedTest(name = "{0} {1} {2}")
  @MethodSource("cases")
  void movesWeightsAndStateAsPyTorchDoes(Device device, String name, String c) {
    try (Fixture fixture = Fixture.open(name)) {
      Attributes attributes = fixture.attributes("case." + c);
      Shape shape = fixture.shape(c + "/parameter");
      Graph graph = new Graph();
      Variable weight = Variable.trainable("w", shape, Initializers.zeros());
      Node gradient = graph.input("gradient", shape);
      Node rate = graph.input("lr", Shape.SCALAR);
      // The gradient of <w, gradient> by w is the given one, without a rounding.
      Node loss = Ops.sum(Ops.mul(graph.read(weight), gradient));
      optimizer(attributes).minimize(loss, rate, List.of(weight));
      int steps = attributes.integer("steps");
      double eps = Math.max(device.eps(), fixture.eps());
      double each = Deviation.rounding(graph.read(weight), eps);
      try (Store store = ENGINES.backend(device).newStore(0, device.precision());
          Program program = ENGINES.backend(device).compile(graph, store, device.precision())) {
        store.set("w", fixture.seeded(c + "/parameter"));
        program.write("lr", new double[] {attributes.number("lr")});
        for (int step = 1; step <= steps; step++) {
          program.write("gradient", fixture.seeded(c + "/gradient." + step));
          program.run();
          fixture.assertClose(
              c + "/after." + step, store.doubles("w"), each * Math.sqrt(step));
        }
        for (String state : state(fixture, c)) {
          fixture.assertClose(
              c + "/" + state, store.doubles("w#" + state), each * Math.sqrt(steps));
        }
        assertThat(store.variables().stream().map(Variable::name))
            .as("what the optimizer keeps")
            .contains("w")
            .filteredOn(v -> v.startsWith("w#"))
            .containsExactlyInAnyOrderElementsOf(
                state(fixture, c).stream().map(s -> "w#" + s).toList());
      }
    }
  }

  /** What PyTorch's optimizer kept beside the weight. */
  private static Set<String> state(Fixture fixture, String c) {
    return fixture.storedNames(c + "/").stream()
        .filter(name -> !name.startsWith("after."))
        .collect(Collectors.toSet());
  }

  private static Optimizer optimizer(Attributes of) {
    // The oldest fixture is from before the decay.
    double decay = of.values().containsKey("weight_decay") ? of.number("weight_decay") : 0;
    return switch (of.text("op")) {
      case "adam" -> {
        double[] betas = of.numbers("betas");
        yield new Adam("adam", betas[0], betas[1], of.number("eps"), decay);
      }
      case "adamw" -> {
        double[] betas = of.numbers("betas");
        yield new AdamW("adamw", betas[0], betas[1], of.number("eps"), decay);
      }
      case "sgd" -> new Sgd(of.number("momentum"), of.flag("nesterov"), decay);
      default -> throw new AssertionError("no optimizer for " + of.text("op"));
    };
  }
}

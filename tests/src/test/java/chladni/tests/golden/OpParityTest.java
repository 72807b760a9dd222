package chladni.tests.golden;

import static org.assertj.core.api.Assertions.assertThat;

import chladni.engine.autodiff.Autodiff;
import chladni.engine.backend.Program;
import chladni.engine.backend.Store;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Node;
import chladni.engine.graph.Shape;
import chladni.engine.graph.TensorType;
import chladni.engine.graph.Variable;
import chladni.engine.nn.Initializers;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every case of every fixture of single operations, forward and backward, on every device. */
class OpParityTest {
  static final List<String> FIXTURES =
      List.of(
          "ops/conv2d",
          "ops/conv_transpose2d",
          "ops/batch_norm",
          "ops/activation",
          "ops/elementwise",
          "ops/dropout",
          "ops/pool",
          "ops/resample",
          "ops/matmul",
          "ops/shape",
          "ops/index",
          "ops/reduce",
          "ops/loss",
          "ops/norm",
          "ops/second_order");

  /** The name of a layer with variables. */
  static final String LAYER = "layer";

  /** The input that holds a case's {@code step}. */
  static final String COUNTER = "step";

  /** What a network keeps in variables is one here too: backends tell variables from inputs. */
  private static final Map<String, String> VARIABLES =
      Map.of(
          "weight", "weight",
          "bias", "bias",
          "head", "head",
          "gamma", LAYER + ".weight",
          "beta", LAYER + ".bias",
          "running_mean", LAYER + ".running_mean",
          "running_var", LAYER + ".running_var");

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
  void agreesWithPyTorchForwardAndBackward(Device device, String name, String c) {
    try (Fixture fixture = Fixture.open(name)) {
      Attributes attributes = fixture.attributes("case." + c);
      boolean counted = attributes.text("op").equals("dropout");
      // Class indices: the targets of a cross-entropy, and what gathers and scatters take.
      String ints = attributes.text("op").startsWith("cross_entropy") ? "target" : "indices";
      Graph graph = new Graph();
      Map<String, Node> in = new LinkedHashMap<>();
      for (String input : fixture.seededNames(c + "/")) {
        Shape shape = fixture.shape(c + "/" + input);
        Node node =
            VARIABLES.containsKey(input)
                ? graph.read(variable(VARIABLES.get(input), shape))
                : input.equals(ints)
                    ? graph.input(input, TensorType.ints(shape))
                    : graph.input(input, shape);
        in.put(input, node);
      }
      if (counted) {
        in.put(COUNTER, graph.input(COUNTER, TensorType.ints(Shape.SCALAR)));
      }

      Node out = graph.output("out", new Verbs(graph, attributes, in).build());
      List<String> wrt =
          in.keySet().stream().filter(input -> fixture.has(c + "/grad." + input)).toList();
      List<Node> by = wrt.stream().map(in::get).toList();
      List<Node> gradients =
          in.containsKey("cotangent")
              ? Autodiff.gradients(out, in.get("cotangent"), by)
              : Autodiff.gradients(out, by);
      for (int i = 0; i < wrt.size(); i++) {
        graph.output("grad." + wrt.get(i), gradients.get(i));
      }
      assertThat(graph.outputs().keySet())
          .containsExactlyInAnyOrderElementsOf(fixture.storedNames(c + "/"));

      try (Store store = ENGINES.backend(device).newStore(0, device.precision());
          Program program = ENGINES.backend(device).compile(graph, store, device.precision())) {
        for (String input : fixture.seededNames(c + "/")) {
          float[] values = fixture.seeded(c + "/" + input);
          if (VARIABLES.containsKey(input)) {
            store.set(VARIABLES.get(input), values);
          } else if (input.equals(ints)) {
            program.write(input, fixture.seededInts(c + "/" + input));
          } else {
            program.write(input, values);
          }
        }
        if (counted) {
          program.write(COUNTER, new int[] {attributes.integer("step")});
        }
        program.run();
        double eps = Math.max(device.eps(), fixture.eps());
        graph
            .outputs()
            .forEach(
                (output, node) ->
                    fixture.assertClose(
                        c + "/" + output,
                        program.readDoubles(output),
                        Deviation.rounding(node, eps)));
      }
    }
  }

  private static Variable variable(String name, Shape shape) {
    return name.contains("running_")
        ? Variable.state(name, shape, Initializers.zeros())
        : Variable.trainable(name, shape, Initializers.zeros());
  }
}

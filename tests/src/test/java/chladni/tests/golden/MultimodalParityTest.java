package chladni.tests.golden;

import chladni.engine.autodiff.Autodiff;
import chladni.engine.backend.Backend;
import chladni.engine.backend.Program;
import chladni.engine.backend.Store;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Node;
import chladni.engine.graph.TensorType;
import chladni.engine.graph.Variable;
import chladni.engine.nn.Parameters;
import chladni.sound2image.network.Multimodal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The multimodal layers: hidden vectors, logits, and each of the paper's three losses with its
 * gradients. A loss of ours is a sum of the fixture's elementary ones, and so are its gradients.
 */
class MultimodalParityTest {
  static final String SMALL = "nets/multimodal";
  static final String FULL = "nets/multimodal_full";

  /** The elementary losses in each of ours. */
  static final Map<String, List<String>> PARTS =
      Map.of(
          "l1", List.of("l1.before.IS", "l1.before.IB", "l1.before.SB"),
          "hidden_ce",
              List.of("soft.before.IS", "soft.before.SI", "soft.after.IS", "soft.after.SI"),
          "label_ce", List.of("label.I", "label.S", "label.B"));

  @AutoClose private static final Engines ENGINES = new Engines();

  static Stream<Arguments> switches() {
    return Stream.of(Device.values())
        .flatMap(d -> Stream.of(true, false).map(detached -> Arguments.of(d, detached)));
  }

  @ParameterizedTest(name = "{0} detached={1}")
  @MethodSource("switches")
  void everyLossAndItsGradientsAgreeWithPyTorch(Device device, boolean detached) {
    Backend backend = ENGINES.backend(device);
    try (Fixture fixture = Fixture.open(SMALL)) {
      Layers layers = Layers.of(fixture, detached);
      List<Variable> weights = layers.parameters().trainable();
      layers
          .losses()
          .forEach(
              (name, loss) -> {
                List<Node> by = weights.stream().map(layers.graph()::read).toList();
                List<Node> gradients = Autodiff.gradients(loss, by);
                for (int i = 0; i < by.size(); i++) {
                  layers.graph().output(name + "/" + weights.get(i).name(), gradients.get(i));
                }
              });
      try (Store store = backend.newStore(0, device.precision());
          Program program = backend.compile(layers.graph(), store, device.precision())) {
        layers.run(fixture, store, program);
        double eps = Math.max(device.eps(), fixture.eps());
        layers.compareVectors(fixture, program, eps);
        layers
            .losses()
            .forEach(
                (name, loss) -> {
                  assertSum(fixture, detached, program, loss, name, name, "", eps);
                  for (Variable v : weights) {
                    String output = name + "/" + v.name();
                    Node gradient = layers.graph().outputs().get(output);
                    String suffix = "/grad." + v.name();
                    assertSum(fixture, detached, program, gradient, output, name, suffix, eps);
                  }
                });
      }
    }
  }

  /** Holds an output against the sum of the elementary losses, or of their gradients. */
  private static void assertSum(
      Fixture fixture,
      boolean detached,
      Program program,
      Node node,
      String output,
      String loss,
      String suffix,
      double eps) {
    double[] expected = null;
    double[] actual = null;
    double size = 0;
    for (String part : loss.equals("joint") ? List.of("joint") : PARTS.get(loss)) {
      // Only what depends on the switch is stored twice.
      boolean twice = part.startsWith("soft") || part.equals("joint");
      String name = (detached || !twice ? "detached/" : "undetached/") + part + suffix;
      if (!fixture.has(name)) {
        continue; // the loss does not depend on this weight
      }
      double[] term = fixture.stored(name);
      size += Deviation.largest(term);
      actual = fixture.sample(name, program.readDoubles(output));
      expected = expected == null ? new double[term.length] : expected;
      for (int i = 0; i < term.length; i++) {
        expected[i] += term[i];
      }
    }
    if (expected == null) {
      actual = program.readDoubles(output);
      expected = new double[actual.length];
    }
    Deviation.assertWithin(output, actual, expected, size * Deviation.rounding(node, eps));
  }

  /** At the paper's widths the matrices alone are 290 MB. */
  @ParameterizedTest
  @MethodSource("full")
  void paperWidthsAgreeWithPyTorch(Device device) {
    Backend backend = ENGINES.backend(device);
    try (Fixture fixture = Fixture.open(FULL)) {
      Layers layers = Layers.of(fixture, true);
      try (Store store = backend.newStore(0, device.precision());
          Program program = backend.compile(layers.graph(), store, device.precision())) {
        layers.run(fixture, store, program);
        double eps = Math.max(device.eps(), fixture.eps());
        layers.compareVectors(fixture, program, eps);
        PARTS.forEach(
            (name, parts) -> {
              double expected =
                  parts.stream().mapToDouble(part -> fixture.stored("losses/" + part)[0]).sum();
              Deviation.assertWithin(
                  name,
                  program.readDoubles(name),
                  new double[] {expected},
                  expected * Deviation.rounding(layers.losses().get(name), eps));
            });
      }
    }
  }

  static Stream<Device> full() {
    return Stream.of(Device.CPU_FP32);
  }

  /** The layers of a fixture in a graph: every vector and loss is an output. */
  private record Layers(
      Graph graph, Parameters parameters, Map<String, Node> vectors, Map<String, Node> losses) {

    static Layers of(Fixture fixture, boolean detached) {
      Graph graph = new Graph();
      Multimodal network = network(fixture.attributes("network"));
      Node image = graph.input("image", fixture.shape("x.image"));
      Node sound = graph.input("sound", fixture.shape("x.sound"));
      Node labels = graph.input("labels", TensorType.ints(fixture.shape("labels")));
      Parameters p = new Parameters(graph, "");
      Multimodal.Hidden hidden = network.hidden(p, image, sound);
      Multimodal.Loss loss =
          network.loss(p, hidden, labels, new Multimodal.Weights(1, 1, 1, detached));
      Map<String, Node> vectors = new LinkedHashMap<>();
      vectors.put("before/I", hidden.image());
      vectors.put("before/S", hidden.sound());
      vectors.put("before/B", hidden.both());
      vectors.put("logits/I", network.logits(p, hidden.image()));
      vectors.put("logits/S", network.logits(p, hidden.sound()));
      vectors.put("logits/B", network.logits(p, hidden.both()));
      Map<String, Node> losses = new LinkedHashMap<>();
      losses.put("l1", loss.l1());
      losses.put("hidden_ce", loss.hiddenCrossEntropy());
      losses.put("label_ce", loss.labelCrossEntropy());
      losses.put("joint", loss.total());
      vectors.forEach(graph::output);
      losses.forEach(graph::output);
      return new Layers(graph, p, vectors, losses);
    }

    void run(Fixture fixture, Store store, Program program) {
      parameters.all().forEach(v -> store.set(v.name(), fixture.seeded("multimodal/" + v.name())));
      program.write("image", fixture.seeded("x.image"));
      program.write("sound", fixture.seeded("x.sound"));
      program.write("labels", fixture.seededInts("labels"));
      program.run();
    }

    void compareVectors(Fixture fixture, Program program, double eps) {
      vectors.forEach(
          (name, node) ->
              fixture.assertClose(
                  name, program.readDoubles(name), Deviation.rounding(node, eps)));
    }
  }

  static Multimodal network(Attributes of) {
    return new Multimodal(
        of.integer("image"), of.integer("sound"), of.integer("hidden"), of.integer("labels"));
  }
}

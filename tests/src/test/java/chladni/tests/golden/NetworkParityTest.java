package chladni.tests.golden;

import static org.assertj.core.api.Assertions.assertThat;

import chladni.engine.autodiff.Autodiff;
import chladni.engine.backend.Backend;
import chladni.engine.backend.Precision;
import chladni.engine.backend.Program;
import chladni.engine.backend.Store;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Node;
import chladni.engine.graph.Shape;
import chladni.engine.graph.TensorType;
import chladni.engine.graph.Variable;
import chladni.engine.nn.Mode;
import chladni.engine.nn.Parameters;
import chladni.sound2image.network.SoundEncoder;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whole networks with their reference implementation's keys: inference and training mode, moved
 * running statistics and gradients. The full-size ones run where a user would run them, on the CPU
 * backend and on a card.
 */
class NetworkParityTest {
  static final List<String> FULL =
      List.of(
          "nets/unet128_1to3",
          "nets/unet256_3to3",
          "nets/patchgan_6",
          "nets/patchgan_4",
          "nets/patchgan_2");

  static final List<String> SMALL =
      List.of(
          "nets/unet128_ngf4",
          "nets/unet64_ngf8",
          "nets/unet32_ngf8",
          "nets/patchgan_6_odd_ndf8");

  static final String SOUNDNET = "nets/soundnet8_pool5";

  /** Of the largest element, in FP32, forward: what a user of these networks may rely on. */
  private static final double FORWARD = 1e-4;

  /**
   * The order of sums differs from processor to processor and from card to card, and an activation
   * that is zero but for rounding then falls on the other side of ReLU's kink. Among the million activations of
   * U-Net-128 about one does; in a layer of n it turns the gradient by 1 / sqrt(n). This is the
   * room for one among 400. The reference's sums are the same everywhere and need none.
   */
  private static final double KINK = 5e-2;

  @AutoClose private static final Engines ENGINES = new Engines();

  static Stream<Arguments> networks() {
    List<Arguments> all = new ArrayList<>();
    for (Device device : Device.values()) {
      SMALL.forEach(name -> all.add(Arguments.of(device, name)));
    }
    for (Device device : Device.ofFullWidth()) {
      FULL.forEach(name -> all.add(Arguments.of(device, name)));
    }
    if (Device.hasCard()) {
      FULL.forEach(name -> all.add(Arguments.of(Device.CUDA_FP32, name)));
    }
    return all.stream();
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("networks")
  void inferenceModeAgreesWithPyTorch(Device device, String name) {
    Backend backend = ENGINES.backend(device);
    try (Fixture fixture = Fixture.open(name)) {
      Network network = Network.of(fixture, Mode.EVAL);
      network.graph().output("out", network.out());
      try (Store store = backend.newStore(0, device.precision());
          Program program = backend.compile(network.graph(), store, device.precision())) {
        network.seed(fixture, store);
        program.write("x", fixture.seeded("x"));
        program.run();
        fixture.assertClose("eval/out", program.readDoubles("out"), FORWARD);
      }
    }
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("networks")
  void trainingModeAgreesWithPyTorch(Device device, String name) {
    Backend backend = ENGINES.backend(device);
    try (Fixture fixture = Fixture.open(name)) {
      Network network = Network.of(fixture, Network.training(fixture));
      Graph graph = network.graph();
      graph.output("out", network.out());
      List<Variable> weights = network.parameters().trainable();
      boolean gradients = fixture.seededNames("train/").contains("cotangent");
      if (gradients) {
        Node cotangent = graph.input("cotangent", network.out().shape());
        List<Node> by = weights.stream().map(graph::read).toList();
        List<Node> grads = Autodiff.gradients(network.out(), cotangent, by);
        for (int i = 0; i < by.size(); i++) {
          graph.output("grad." + network.key(weights.get(i)), grads.get(i));
        }
      }
      try (Store store = backend.newStore(0, device.precision());
          Program program = backend.compile(graph, store, device.precision())) {
        network.seed(fixture, store);
        program.write("x", fixture.seeded("x"));
        if (graph.inputs().containsKey("step")) {
          program.write("step", new int[] {1});
        }
        if (gradients) {
          program.write("cotangent", fixture.seeded("train/cotangent"));
        }
        program.run();

        List<String> compared = new ArrayList<>();
        double eps = Math.max(device.eps(), fixture.eps());
        graph
            .outputs()
            .forEach(
                (output, node) -> {
                  double[] actual = program.readDoubles(output);
                  if (output.equals("out")) {
                    fixture.assertClose("train/out", actual, FORWARD);
                  } else if (device == Device.CPU_FP32 || FULL.contains(name)) {
                    fixture.assertDirection("train/" + output, actual, KINK);
                  } else {
                    fixture.assertClose(
                        "train/" + output, actual, Deviation.rounding(node, eps));
                  }
                  compared.add(output);
                });
        for (Variable v : network.parameters().all()) {
          if (!v.trainable()) {
            double bound = Deviation.rounding(graph.read(v), eps);
            fixture.assertClose("train/" + network.key(v), store.doubles(v.name()), bound);
            compared.add(network.key(v));
          }
        }
        assertThat(compared).containsExactlyInAnyOrderElementsOf(fixture.storedNames("train/"));
      }
    }
  }

  static Stream<String> small() {
    return SMALL.stream();
  }

  /**
   * Operands rounded to bfloat16 may lead twice as far from PyTorch as they lead a plain
   * implementation, and at least half as far, or nothing was rounded. Those of TF32 are off by a
   * quarter as much, even where they are cut off.
   */
  @ParameterizedTest
  @MethodSource("small")
  void roundedOperandsLeadNoFartherThanAPlainImplementation(String name) {
    double plain = deviation(Device.REFERENCE_FP32, Precision.BF16, name);
    assertThat(deviation(Device.CUDA_FP32, Precision.BF16, name)).isBetween(plain / 2, plain * 2);
    assertThat(deviation(Device.CUDA_FP32, Precision.TF32, name)).isLessThan(plain / 2);
  }

  /** Of an inference, at the element where it is largest. */
  private static double deviation(Device device, Precision precision, String name) {
    Backend backend = ENGINES.backend(device);
    try (Fixture fixture = Fixture.open(name)) {
      Network network = Network.of(fixture, Mode.EVAL);
      network.graph().output("out", network.out());
      try (Store store = backend.newStore(0, precision);
          Program program = backend.compile(network.graph(), store, precision)) {
        network.seed(fixture, store);
        program.write("x", fixture.seeded("x"));
        program.run();
        double[] actual = fixture.sample("eval/out", program.readDoubles("out"));
        double[] expected = fixture.stored("eval/out");
        return IntStream.range(0, expected.length)
            .mapToDouble(i -> Math.abs(actual[i] - expected[i]))
            .max()
            .orElseThrow();
      }
    }
  }

  static Stream<Device> devices() {
    return Stream.of(Device.values());
  }

  /** The encoder has SoundNet's layers and keys up to pool5. */
  @ParameterizedTest
  @MethodSource("devices")
  void soundEncoderOfSoundNetsWidthsAgreesUpToPool5(Device device) {
    Backend backend = ENGINES.backend(device);
    try (Fixture fixture = Fixture.open(SOUNDNET)) {
      Graph graph = new Graph();
      Parameters p = new Parameters(graph, "soundnet/");
      Node x = graph.input("x", fixture.shape("x"));
      graph.output("pool5", SoundEncoder.soundNet(1, 1).build(p, x, Mode.EVAL).pool5());
      try (Store store = backend.newStore(0, device.precision());
          Program program = backend.compile(graph, store, device.precision())) {
        for (String key : fixture.seededNames("soundnet/")) {
          store.set("soundnet/" + key, fixture.seeded("soundnet/" + key));
        }
        program.write("x", fixture.seeded("x"));
        program.run();
        fixture.assertClose("eval/pool5", program.readDoubles("pool5"), FORWARD);
      }
    }
  }

  /** A network of a fixture, built into a graph with the input {@code x}. */
  private record Network(Graph graph, Parameters parameters, Node out) {
    static Network of(Fixture fixture, Mode mode) {
      Graph graph = mode.dropout() == null ? new Graph() : mode.dropout().counter().graph();
      Attributes of = fixture.attributes("network");
      Node x = graph.input("x", fixture.shape("x"));
      return switch (of.text("net")) {
        case "unet" -> {
          Parameters p = new Parameters(graph, "generator/");
          yield new Network(graph, p, TrainingParityTest.unet(of).build(p, x, mode));
        }
        case "patchgan" -> {
          Parameters p = new Parameters(graph, "discriminator/");
          yield new Network(graph, p, TrainingParityTest.patchGan(of).build(p, x, mode));
        }
        default -> throw new AssertionError("no network " + of.text("net"));
      };
    }

    /** Batch statistics; dropout where the fixture has it, at the first step. */
    static Mode training(Fixture fixture) {
      boolean patchGan = fixture.attributes("network").text("net").equals("patchgan");
      if (patchGan || fixture.attributes("dropout").text("kind").equals("none")) {
        return Mode.train(null);
      }
      Attributes dropout = fixture.attributes("dropout");
      Node step = new Graph().input("step", TensorType.ints(Shape.SCALAR));
      return Mode.train(new Mode.Randomness(step, Long.parseLong(dropout.text("seed"))));
    }

    /** Gives every variable its seeded values; the keys must be exactly those of the fixture. */
    void seed(Fixture fixture, Store store) {
      assertThat(parameters.all().stream().map(this::key))
          .containsExactlyInAnyOrderElementsOf(fixture.seededNames(parameters.prefix()));
      parameters.all().forEach(v -> store.set(v.name(), fixture.seeded(v.name())));
    }

    String key(Variable variable) {
      return variable.name().substring(parameters.prefix().length());
    }
  }
}

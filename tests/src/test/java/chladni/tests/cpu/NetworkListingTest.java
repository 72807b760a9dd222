package chladni.tests.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import chladni.engine.Engine;
import chladni.engine.backend.Backend;
import chladni.engine.backend.Listing;
import chladni.engine.backend.Listing.Step;
import chladni.engine.backend.Precision;
import chladni.engine.backend.Program;
import chladni.engine.backend.Store;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Node;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Shape;
import chladni.engine.graph.Window;
import chladni.engine.nn.Initializers;
import chladni.engine.nn.Mode;
import chladni.engine.nn.Parameters;
import chladni.sound2image.network.Multimodal;
import chladni.sound2image.network.PatchGan;
import chladni.sound2image.network.Recipe;
import chladni.sound2image.network.UNet;
import chladni.sound2image.training.EncoderTraining;
import chladni.sound2image.training.MultimodalTraining;
import chladni.sound2image.training.Pix2Pix;
import chladni.sound2image.training.TrainingStep;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.assertj.core.api.Condition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Our networks at the widths at which they are used: every step has an optimised implementation,
 * and no layout is changed between two steps. What a variable's packed copy takes after an update
 * is the rim.
 */
final class NetworkListingTest {
  private static final Backend CPU = Backends.CPU.backend();
  private static final Recipe SMALL = Recipe.SMALL;
  private static final int CLASSES = 16;

  private static final Condition<Step> REFERENCE =
      new Condition<>(
          s -> s.implementation().matches("(?i).*\\b(ref|simple|plain loop)\\b.*"),
          "a reference implementation");
  private static final Condition<Step> INTERIOR_REORDER =
      new Condition<>(Step::isInteriorReorder, "an interior reorder");

  private static void check(Listing listing) {
    assertThat(listing.steps()).isNotEmpty().areNot(REFERENCE).areNot(INTERIOR_REORDER);
  }

  private static Listing listing(TrainingStep training) {
    try (training) {
      return training.program().listing();
    }
  }

  private static Listing inference(
      Shape input, BiFunction<Parameters, Node, Map<String, Node>> network) {
    Graph graph = new Graph();
    Node x = graph.input("x", input);
    network.apply(new Parameters(graph, ""), x).forEach(graph::output);
    try (Store store = CPU.newStore(1, Precision.FP32);
        Program program = CPU.compile(graph, store, Precision.FP32)) {
      return program.listing();
    }
  }

  private static Pix2Pix pix2pix(Engine engine, int batch) {
    return new Pix2Pix(
        engine, Pix2Pix.Options.of(UNet.of128(1, 3), PatchGan.BASIC, batch, 1));
  }

  @ParameterizedTest
  @CsvSource({"128, 1", "128, 16", "256, 1"})
  void theGeneratorsDraw(int size, int batch) {
    UNet net = size == 128 ? UNet.of128(1, 3) : UNet.of256(1, 3);
    Listing listing =
        inference(
            Shape.of(batch, 1, size, size), (p, x) -> Map.of("y", net.build(p, x, Mode.EVAL)));
    check(listing);
    // Counted by hand, layer by layer, in the taps of the dense product.
    double gflop = size == 128 ? 2.995 : 12.029;
    assertThat(listing.work().products() * 1e-9 / batch)
        .isCloseTo(gflop, within(0.0005));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 16})
  void theDiscriminatorJudges(int batch) {
    check(
        inference(
            Shape.of(batch, 4, 128, 128),
            (p, x) -> Map.of("y", PatchGan.BASIC.build(p, x, Mode.EVAL))));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 16})
  void pix2pixTrains(int batch) {
    Listing listing = listing(pix2pix(Backends.CPU, batch));
    check(listing);
    assertThat(listing.work().products() * 1e-9 / batch)
        .isCloseTo(21.05, within(0.005));
    assertThat(listing.memory().total()).isLessThan(1L << 30);
  }

  @Test
  void theMultimodalLayersTrain() {
    check(
        listing(
            MultimodalTraining.of(
                CPU, SMALL.multimodal(CLASSES), Multimodal.Weights.DEFAULT, 16, 1, Precision.FP32)));
  }

  @Test
  void thePictureEncoderTrainsAndTells() {
    Shape item = Shape.of(3, SMALL.side(), SMALL.side());
    var net = SMALL.pictureEncoder(CLASSES);
    check(
        listing(
            EncoderTraining.of(
                CPU, "picture", 16, item, CLASSES, (p, x, m) -> net.build(p, x, m).logits(), 1)));
    check(
        inference(
            Shape.of(16, 3, SMALL.side(), SMALL.side()),
            (p, x) -> {
              var r = net.build(p, x, Mode.EVAL);
              return Map.of("features", r.fc6(), "probabilities", Ops.softmax(r.logits()));
            }));
  }

  @Test
  void theSoundEncoderTrainsAndTells() {
    Shape item = Shape.of(1, SMALL.samples(), 1);
    var net = SMALL.soundEncoder(CLASSES);
    check(
        listing(
            EncoderTraining.of(
                CPU, "sound", 16, item, CLASSES, (p, x, m) -> net.build(p, x, m).logits(), 1)));
    check(
        inference(
            Shape.of(16, 1, SMALL.samples(), 1),
            (p, x) -> {
              var r = net.build(p, x, Mode.EVAL);
              return Map.of("features", r.pool5(), "probabilities", Ops.softmax(r.logits()));
            }));
  }

  /** A convolution whose rows are multiplied by a matrix: somebody must turn them. */
  @Test
  void anInteriorReorderIsSeen() {
    Listing listing =
        inference(
            Shape.of(2, 3, 8, 8),
            (p, x) -> {
              Node w = p.weight("w", Shape.of(16, 3, 3, 3), Initializers.normal(0, 1));
              Node fc = p.weight("fc", Shape.of(1024, 4), Initializers.normal(0, 1));
              Node y = Ops.conv2d(x, w, Window.of(1, 1));
              return Map.of("y", Ops.matmul(Ops.flatten(y), fc));
            });
    assertThat(listing.steps()).areExactly(1, INTERIOR_REORDER);
    List<Step> reorders = listing.steps().stream().filter(Step::isInteriorReorder).toList();
    assertThat(reorders.getFirst().reads().getFirst().layout()).isEqualTo("nhwc");
    assertThat(reorders.getFirst().writes().getFirst().layout()).isEqualTo("row-major");
  }

  /** oneDNN's names of them, and a whole backend of them. */
  @Test
  void aReferenceImplementationIsSeen() {
    Graph graph = new Graph();
    graph.output("y", Ops.square(graph.input("x", Shape.of(3))));
    try (Store store = Backends.REFERENCE.newStore(1);
        Program program = Backends.REFERENCE.compile(graph, store)) {
      Step plain = program.listing().steps().getFirst();
      assertThat(plain).is(REFERENCE);
      for (String name : List.of("ref:any", "conv:any+ref:any", "reorder simple:any")) {
        assertThat(implementedBy(plain, name)).is(REFERENCE);
      }
      for (String name : List.of("jit:avx512_core", "brg_conv_fwd:avx512_core", "x64:gemm:jit")) {
        assertThat(implementedBy(plain, name)).isNot(REFERENCE);
      }
    }
  }

  private static Step implementedBy(Step s, String name) {
    return new Step(s.kind(), s.label(), s.nodes(), name, s.reads(), s.writes(), s.work());
  }
}
